import { RapportError, type SessionQuery } from '@rapport-live/protocol';
import { type z } from 'zod';
import type { Viewer } from '../../gateway/auth/viewer';
import type { SessionFilter } from './history-store';

type Asked = Omit<SessionQuery, 'limit' | 'cursor'>;

/** What a viewer asks for, within what it may see. Throws `forbidden` where it asks by a name that it may not see. */
export function filterOf(viewer: Viewer, asked: Asked): SessionFilter {
  const { emotion, minConfidence, from, to, live, ...same } = asked;
  if (!viewer.seesNames && (asked.agentId !== undefined || asked.customerId !== undefined)) {
    throw new RapportError(
      'forbidden',
      'Sessions are not looked for by agent or customer without the right to see names.',
    );
  }
  const { team, agentId, customerId, queue, channel, language, intent } = same;
  return {
    ...seenBy(viewer),
    ...{ team, agentId, customerId, queue, channel, language, intent, live },
    ...(emotion === undefined ? {} : { emotion: { label: emotion, min: minConfidence } }),
    ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
    ...(to === undefined ? {} : { toMs: Date.parse(to) }),
  };
}

/** All that a viewer may see. */
export function seenBy({ tenant, teams }: Pick<Viewer, 'tenant' | 'teams'>): SessionFilter {
  return teams === 'all' ? { tenant } : { tenant, visibleTeams: teams };
}

/** A place in a list as an opaque word, and back; throws `invalid_request`. */
export const encodeCursor = (place: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

export function decodeCursor(cursor: string, schema: z.ZodType<readonly (string | number)[]>) {
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (parsed.success) return parsed.data;
  } catch {
    // told below
  }
  throw new RapportError('invalid_request', 'The cursor is not one that an answer gave as "next".');
}
