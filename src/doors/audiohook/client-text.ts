import { CLIENT_PARAMETERS, ClientEnvelope, type ClientType, type ParametersOf } from './messages';

/** A message of the client whose form is right; whether it may come now is for `MessageOrder` and the session to say. */
export type ClientMessage = {
  [T in ClientType]: { readonly type: T; readonly envelope: ClientEnvelope; readonly parameters: ParametersOf<T> };
}[ClientType];

/** The publisher's codes of errors (protocol/message.ts), by which a client's log can be searched. */
export type FaultCode = 400 | 408 | 409 | 413 | 415 | 429 | 500 | 503;

export interface Fault {
  readonly code: FaultCode;
  /** Repeats nothing of the message but the name of its type. */
  readonly why: string;
}

export type Parsed = { readonly ok: true; readonly message: ClientMessage } | ({ readonly ok: false } & Fault);

const fault = (why: string, code: FaultCode = 400): Parsed => ({ ok: false, code, why });

/** Reads a text message. `maxBytes`: the publisher's client and server take 64 KiB less one. */
export function parseClientMessage(text: string, maxBytes = MAX_TEXT_BYTES): Parsed {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) return fault(`A text message of ${bytes} bytes is larger than ${maxBytes}.`, 413);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('A text message is not JSON.');
  }
  const envelope = ClientEnvelope.safeParse(value);
  if (!envelope.success) return fault(`A message is not well-formed: ${where(envelope.error.issues)}.`);
  const { type } = envelope.data;
  if (!Object.hasOwn(CLIENT_PARAMETERS, type)) return fault(`"${printable(type)}" is no message of a client.`);
  const known = type as ClientType;
  const parameters = CLIENT_PARAMETERS[known].safeParse(envelope.data.parameters);
  if (!parameters.success) return fault(`The parameters of "${known}" are wrong: ${where(parameters.error.issues)}.`);
  return { ok: true, message: { type: known, envelope: envelope.data, parameters: parameters.data } as ClientMessage };
}

export const MAX_TEXT_BYTES = 65_535;

/** The fields at fault, never their values. */
function where(issues: readonly { readonly path: readonly PropertyKey[] }[]): string {
  const fields = issues.slice(0, 3).map(({ path }) => path.map((part) => printable(String(part))).join('.'));
  return fields.map((field) => (field === '' ? 'not an object' : field)).join(', ');
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64);
