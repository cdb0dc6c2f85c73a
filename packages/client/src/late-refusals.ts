import type { ErrorMessage } from '@rapport-live/protocol';

/**
 * What was on its way when the service ended the session by itself is refused with `stream_ended`, and the end comes behind
 * the last results. Where it does come, it says all there is to say; where it does not, the first refusal is still told.
 */
export class LateRefusals {
  private unexplained: ErrorMessage | undefined;
  private hasEnded = false;

  /** `rapport.session.ended` has come. */
  onEnded(): void {
    this.hasEnded = true;
    this.unexplained = undefined;
  }

  /** False: it is no refusal of this kind. `isPastEnd`: the caller had ended the stream before this frame. */
  takes(error: ErrorMessage, isPastEnd: boolean): boolean {
    if (error.code !== 'stream_ended' || isPastEnd) return false;
    if (!this.hasEnded) this.unexplained ??= error;
    return true;
  }

  /** Nothing follows: what is still to be told. */
  take(): ErrorMessage | undefined {
    const { unexplained } = this;
    this.unexplained = undefined;
    return unexplained;
  }
}
