import { type ErrorCode, type ErrorMessage, ERRORS, RapportError } from '@rapport-live/protocol';
import type { TransportClose } from './transport';

/** What a closed connection means for the session. */
export type Verdict =
  | { readonly kind: 'over'; readonly failure: Error | undefined }
  /** Worth another try; `afterMs` at the earliest, `url` where it is to go. */
  | { readonly kind: 'retry'; readonly cause: Error; readonly afterMs: number; readonly url?: string };

/** The service holds the session, or will be back: all others are answers that another try would get again. */
const RETRIED: readonly ErrorCode[] = [
  'server_shutdown',
  'slow_consumer',
  'session_timeout',
  'session_elsewhere',
  'too_many_sessions',
  'quota_exceeded',
  'rate_limited',
  'overloaded',
];
/** Closes without a code of ours that come from the network or from what stands between (RFC 6455, section 7.4.1, and IANA's registry). */
const RETRIED_STATUSES: readonly number[] = [1001, 1005, 1006, 1012, 1013, 1014, 1015];

/** @param fatal the error message that came before the close, if one did */
export function judgeClose({ status, reason, error }: TransportClose, fatal?: ErrorMessage): Verdict {
  if (status === 1000) return { kind: 'over', failure: undefined };
  const code = error instanceof RapportError ? error.code : (fatal?.code ?? codeOf(reason));
  const cause = error ?? closeError(status, reason, code);
  const retried = code === undefined ? RETRIED_STATUSES.includes(status) : RETRIED.includes(code);
  if (!retried) return { kind: 'over', failure: cause };
  const waitMs = error instanceof RapportError ? error.retryAfterMs : fatal?.retryAfterMs;
  const elsewhere = fatal?.address === undefined ? {} : { url: fatal.address };
  return { kind: 'retry', cause, afterMs: waitMs ?? 0, ...elsewhere };
}

function codeOf(reason: string): ErrorCode | undefined {
  return reason in ERRORS ? (reason as ErrorCode) : undefined;
}

function closeError(status: number, reason: string, code: ErrorCode = 'connection_lost'): RapportError {
  const why = reason === '' ? '' : ` (${reason})`;
  return new RapportError(code, `The service closed the connection with status ${status}${why}.`);
}

/**
 * Wait before a try to reconnect, ms: at random within a bound that doubles with each try, so that many clients that
 * lost one service do not come back to it at once.
 * @param attempt from 0
 */
export function reconnectDelayMs(
  attempt: number,
  { reconnectBaseMs, reconnectMaxMs }: { readonly reconnectBaseMs: number; readonly reconnectMaxMs: number },
  random: () => number,
): number {
  return random() * Math.min(reconnectMaxMs, reconnectBaseMs * 2 ** Math.min(attempt, 30));
}
