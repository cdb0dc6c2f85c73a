import { BUILT_CLIENT_MESSAGES, CLIENT_MESSAGE_TYPES, ClientMessage, type ErrorCode } from '@rapport-live/protocol';

export type ParsedText =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly ref?: string };

/** Values of a peer's are echoed in messages up to this length. */
const MAX_ECHO = 64;
const MAX_ISSUES = 3;

/** One text message of a client as a checked value. Never echoes more than names of fields and short type names. */
export function parseClientText(text: string): ParsedText {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return {
      ok: false,
      code: 'malformed_message',
      message: `A text message of ${text.length} characters is not JSON.`,
    };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { ok: false, code: 'malformed_message', message: 'A text message must be one JSON object.' };
  }
  const { type, ref } = json as { type?: unknown; ref?: unknown };
  const echo = typeof ref === 'string' && ref.length <= MAX_ECHO ? { ref } : {};
  if (typeof type !== 'string' || !CLIENT_MESSAGE_TYPES.includes(type)) {
    const named = typeof type === 'string' ? JSON.stringify(type.slice(0, MAX_ECHO)) : `of type ${typeof type}`;
    return { ok: false, code: 'unknown_type', message: `The message type ${named} is not known.`, ...echo };
  }
  if (!(BUILT_CLIENT_MESSAGES as readonly string[]).includes(type)) {
    return { ok: false, code: 'not_supported', message: `${type} is not built in this version.`, ...echo };
  }
  const parsed = ClientMessage.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const faults = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${issue.path.join('.') || type}: ${issue.message}`)
    .join('; ');
  return { ok: false, code: 'invalid_message', message: `${type} is not valid: ${faults}.`, ...echo };
}
