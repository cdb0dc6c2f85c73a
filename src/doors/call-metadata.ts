import type { Party, SessionMetadata } from '@rapport-live/protocol';
import { RapportError } from '@rapport-live/protocol';
import type { CallStart } from './door-calls';

/** What a foreign caller may say about its call, by the names that `session.start` has. Anything else is not looked at. */
const NAMES = [
  'externalId',
  'customerId',
  'agentId',
  'team',
  'queue',
  'channel',
  'language',
] as const satisfies readonly (keyof SessionMetadata)[];

/**
 * The metadata of a session from free parameters of another protocol: those that `session.start` knows, as text. Others may be
 * personal, and nobody asked for them. `externalId`: how the protocol itself names the call, unless the parameters do.
 * `consent` of `false` says that nothing may be analysed.
 */
export function callMetadata(
  parameters: Readonly<Record<string, unknown>>,
  externalId: string | undefined,
): NonNullable<CallStart['session']> {
  const said = Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = textOf(parameters[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const basis = textOf(parameters.agentEmotionLegalBasis);
  const analysis = !/^(false|no|0)$/i.test(textOf(parameters.consent) ?? '');
  return {
    ...(externalId === undefined ? {} : { externalId }),
    ...said,
    consent: { analysis, ...(basis === undefined ? {} : { agentEmotionLegalBasis: basis }) },
  };
}

/** Who is heard, as a parameter says. Throws RapportError `invalid_message`. */
export function partyOf<const P extends Party>(
  parameters: Readonly<Record<string, unknown>>,
  allowed: readonly P[],
  otherwise: P,
): P {
  const given = textOf(parameters.party);
  if (given === undefined) return otherwise;
  const party = allowed.find((one) => one === given);
  if (party !== undefined) return party;
  throw new RapportError(
    'invalid_message',
    `party is ${JSON.stringify(given.slice(0, 32))}: use ${allowed.join(', ')}.`,
  );
}

/** An empty one counts as none. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
