export interface RetryOptions {
  /** Before the first try again, ms. Default 500. */
  readonly firstMs: number;
  /** Doubled each time up to this, ms. Default 10 s. */
  readonly maxMs: number;
}
export const RETRY_DEFAULTS: RetryOptions = { firstMs: 500, maxMs: 10_000 };

/** How long to wait after so many failures in a row; half of it by chance, so that many pages do not come at once. Pure. */
export function retryDelayMs(failures: number, chance: number, { firstMs, maxMs } = RETRY_DEFAULTS): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** (failures - 1));
  return fullMs / 2 + (fullMs / 2) * chance;
}
