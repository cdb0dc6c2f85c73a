import type { DoorConversation } from '../../pipeline/door-conversation';
import type { Line } from '../../streams/line';
import type { ResumeTokens } from './resume-tokens';

/** Who is connected to a session: a client of ours, or a caller by another protocol. */
export interface Attached {
  readonly session: ResumableSession;
  /** Asks the peer whether it is there; undefined: it cannot be asked, and its silence is judged by the clock. */
  readonly line: Line | undefined;
  /** Another connection has the session from now on. */
  takenOver(): void;
}

/** A session as the door keeps it, over as many connections as it takes. */
export interface ResumableSession {
  readonly conversation: DoorConversation;
  readonly tokens: ResumeTokens;
  /** Last result that the client has stored, as it says; Infinity: its protocol has no word for that. */
  ackedSeq: number;
  /** Who is connected now. */
  attached: Attached | undefined;
  state: 'live' | 'expired' | 'over';
  /** Undoes the timer that ends it, or forgets it. */
  cancelTimer: () => void;
}
