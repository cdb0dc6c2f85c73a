/** Where alerts of a tenant are sent. */
export interface WebhookEndpoint {
  /** Names its files and its lines in the log: `a-z`, `0-9` and `-`. */
  readonly name: string;
  readonly tenant: string;
  readonly url: string;
  /** Signs what is sent. */
  readonly key: Buffer;
  readonly severities: readonly string[];
}

export interface WebhookOptions {
  /** An answer must come within this, ms. Default 15 s. */
  readonly answerWithinMs: number;
  /** Attempts of one alert, with a pause that doubles between two; then it is a dead letter. Default 8. */
  readonly maxAttempts: number;
  /** First pause and longest, ms. Default 1 s and 60 s: eight attempts take two to four minutes. */
  readonly minPauseMs: number;
  readonly maxPauseMs: number;
  /** Most bytes of the dead letters of one endpoint; beyond them they are counted in the log alone. Default 8 MiB. */
  readonly maxDeadBytes: number;
  /** Records that are passed over before the place is kept. Default 1000. */
  readonly keepEveryRecords: number;
}

export const WEBHOOK_DEFAULTS: WebhookOptions = {
  answerWithinMs: 15_000,
  maxAttempts: 8,
  minPauseMs: 1000,
  maxPauseMs: 60_000,
  maxDeadBytes: 8 * 1024 * 1024,
  keepEveryRecords: 1000,
};
