/** How the service ended: one of the two, as Node tells it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RestartOptions {
  /** Before the first restart, wall ms; doubles with each that follows soon. */
  readonly firstDelayMs: number;
  /** Below the 10 s in which the service has to be back, by what loading the models takes. */
  readonly maxDelayMs: number;
  /** A service that lived so long starts again as if for the first time. */
  readonly stableMs: number;
  /** Ends in a row before the service was ever ready: then its supervisor gives up. */
  readonly maxStartFailures: number;
}

export const RESTART_DEFAULTS: RestartOptions = {
  firstDelayMs: 100,
  maxDelayMs: 5000,
  stableMs: 60_000,
  maxStartFailures: 5,
};

export type Decision = { readonly restartInMs: number } | { readonly exit: number };

/** As a shell tells of a death by signal. */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** Whether a service that ended starts again, and when. Pure; one for each supervisor. */
export class RestartPolicy {
  private readonly options: RestartOptions;
  private delayMs: number;
  private startFailures = 0;

  constructor(
    /** Of the error list: settings, models, the port, the data folder. A second start would end as the first did. */
    private readonly finalStatuses: ReadonlySet<number>,
    options: Partial<RestartOptions> = {},
  ) {
    this.options = { ...RESTART_DEFAULTS, ...options };
    this.delayMs = this.options.firstDelayMs;
  }

  /** @param livedMs from its start. @param wasReady it had begun to serve. @param isStopping we were told to stop. */
  ended(ending: Ending, livedMs: number, wasReady: boolean, isStopping: boolean): Decision {
    const status = ending.code ?? 128 + (SIGNALS[ending.signal ?? ''] ?? 0);
    if (isStopping || status === 0 || (ending.code !== null && this.finalStatuses.has(status))) return { exit: status };
    this.startFailures = wasReady ? 0 : this.startFailures + 1;
    if (this.startFailures >= this.options.maxStartFailures) return { exit: status };
    if (livedMs >= this.options.stableMs) this.delayMs = this.options.firstDelayMs;
    const restartInMs = this.delayMs;
    this.delayMs = Math.min(2 * this.delayMs, this.options.maxDelayMs);
    return { restartInMs };
  }
}
