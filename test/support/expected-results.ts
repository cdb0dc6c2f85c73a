import { createHash } from 'node:crypto';
import type { EventType } from '@rapport-live/protocol';
import { joined, silence, tone } from './sound';

/** A customer who speaks so long and pauses so long: an utterance a turn, something new to assess in every second. */
const TURN = { spokenMs: 1280, pauseMs: 640 };
export const TURN_MS = TURN.spokenMs + TURN.pauseMs;
/** Sound kept before the first speech of an utterance, and behind its last: a final is new to the window that it ends in. */
const PRE_ROLL_MS = 300;
const POST_ROLL_MS = 300;
/** Less speech than that makes no second new. */
const MIN_NEW_SPEECH_MS = 100;

/** What such a customer is heard to say, [ms * 16] samples. */
export function turns(count: number): Int16Array {
  return joined(...Array.from({ length: count }, () => [tone(TURN.spokenMs), silence(TURN.pauseMs)]).flat());
}

/** What a session was sent; times are media ms. */
export interface SentCall {
  /** Of `turns`, from 0 on. */
  readonly turns: number;
  readonly chatMs?: readonly number[];
  /** Name of the voice in results. Default: that of stream 1. */
  readonly voice?: string;
}

interface Session {
  readonly tenant: string;
  readonly sessionId: string;
}

/** docs/protocol.md, "Results": 32 hexadecimal digits of SHA-256 over tenant, session, type and natural key. */
export function resultId(
  { tenant, sessionId }: Session,
  type: EventType,
  ...key: readonly (string | number)[]
): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, sessionId, type, key]), 'utf8')
    .digest('hex')
    .slice(0, 32);
}

/**
 * The ids of every result that the session must give, sorted: worked out from what was sent and docs/protocol.md alone.
 * But for `rapport.session.updated` there must be no other.
 */
export function expectedIds(session: Session, { turns: count, chatMs = [], voice = 'customer-voice-1' }: SentCall) {
  const id = (type: EventType, ...key: (string | number)[]): string => resultId(session, type, ...key);
  const lastMs = count * TURN_MS - TURN.pauseMs + POST_ROLL_MS;
  const seconds = Math.ceil(Math.max(lastMs, ...chatMs.map((ms) => ms + 1)) / 1000);
  return [
    id('rapport.session.started', 'started'),
    ...Array.from({ length: seconds }, (_, i) => id('rapport.window.assessed', (i + 1) * 1000)),
    ...Array.from({ length: count }, (_, i) =>
      id('rapport.transcript.final', voice, Math.max(0, i * TURN_MS - PRE_ROLL_MS)),
    ),
    ...chatMs.map((ms) => id('rapport.transcript.final', 'chat', ms)),
    id('rapport.session.ended', 'ended'),
  ].sort();
}

/**
 * Ids of the windows at the end of such a call that hold nothing new but its last words: these count in the first window that
 * is made once they are read (rule 2), which may be a later one or, with no second left, none.
 */
export function lateIds(session: Session, { turns: count }: SentCall): string[] {
  const spokenMs = count * TURN_MS - TURN.pauseMs;
  const first = Math.ceil((spokenMs - MIN_NEW_SPEECH_MS) / 1000);
  const last = Math.ceil((spokenMs + POST_ROLL_MS) / 1000) + 2;
  return Array.from({ length: last - first }, (_, i) =>
    resultId(session, 'rapport.window.assessed', (first + i + 1) * 1000),
  );
}
