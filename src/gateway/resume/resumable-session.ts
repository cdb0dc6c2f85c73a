import type { Conversation } from '../../pipeline/conversation';
import type { GatewaySession } from '../gateway-session';
import type { ResumeTokens } from './resume-tokens';

/** A session as the door keeps it, over as many connections as it takes. */
export interface ResumableSession {
  readonly conversation: Conversation;
  readonly tokens: ResumeTokens;
  /** Last result that the client has stored, as it says. */
  ackedSeq: number;
  /** Who is connected now. */
  attached: GatewaySession | undefined;
  state: 'live' | 'expired' | 'over';
  /** Undoes the timer that ends it, or forgets it. */
  cancelTimer: () => void;
}
