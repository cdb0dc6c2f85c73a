import type { ErrorBody } from '@rapport-live/protocol';

/** Beside the service's own codes: it did not answer at all, or what came was not its answer. */
type Code = ErrorBody['code'] | 'unreachable' | 'unreadable';

/** What the service refused, in its own words; `message` says what was wrong and `advice` what to do. */
export class ServiceError extends Error {
  constructor(
    readonly code: Code,
    message: string,
    readonly advice: string,
    /** HTTP; 0: there was no answer. */
    readonly status: number,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'ServiceError';
  }

  /** It may be otherwise in a moment. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const unreachable = (): ServiceError =>
  new ServiceError('unreachable', 'The service does not answer.', 'See whether it runs, and the network.', 0);

/** Of an answer that is not OK. */
export async function errorOf(answer: Response): Promise<ServiceError> {
  try {
    const { code, message, advice, retryAfterMs } = (await answer.json()) as ErrorBody;
    if (typeof code === 'string' && typeof message === 'string') {
      return new ServiceError(code, message, advice ?? '', answer.status, retryAfterMs);
    }
  } catch {
    // not JSON: of a proxy before the service
  }
  return new ServiceError('unreadable', `The answer was ${answer.status}.`, 'Try again in a moment.', answer.status);
}
