import type { RunningJob } from './job-slot';

/** A job that was running when its worker, or the whole process, ended. */
export interface Suspect extends RunningJob {
  readonly crashes: number;
  /** Wall clock, ms since 1970. */
  readonly lastAtMs: number;
}

export interface QuarantineOptions {
  /** Crashes in which a job was running, from which it is refused. One may be chance: every worker runs something. */
  readonly crashes: number;
  /** A suspect is forgotten so long after its last crash, ms. */
  readonly keepMs: number;
  /** Suspects remembered; the oldest go. */
  readonly maxSuspects: number;
}

export const QUARANTINE_DEFAULTS: QuarantineOptions = { crashes: 2, keepMs: 7 * 86_400_000, maxSuspects: 256 };

/** How a quarantined job is called in logs, `/readyz` and on the command line: its kind, and 12 digits of its fingerprint. */
export const nameOf = ({ kind, fingerprint }: RunningJob): string => `${kind}-${fingerprint.slice(0, 12)}`;

/** Adds a crash with what ran in it. Pure, as all here. */
export function afterCrash(
  suspects: readonly Suspect[],
  running: readonly RunningJob[],
  nowMs: number,
  options: QuarantineOptions,
): Suspect[] {
  const all = new Map(fresh(suspects, nowMs, options).map((one) => [one.fingerprint, one]));
  for (const { kind, fingerprint } of running) {
    const crashes = (all.get(fingerprint)?.crashes ?? 0) + 1;
    all.delete(fingerprint);
    all.set(fingerprint, { kind, fingerprint, crashes, lastAtMs: nowMs });
  }
  return [...all.values()].slice(-options.maxSuspects);
}

/** Those that are refused. */
export function quarantined(suspects: readonly Suspect[], nowMs: number, options: QuarantineOptions): Suspect[] {
  return fresh(suspects, nowMs, options).filter(({ crashes }) => crashes >= options.crashes);
}

function fresh(suspects: readonly Suspect[], nowMs: number, { keepMs }: QuarantineOptions): Suspect[] {
  return suspects.filter(({ lastAtMs }) => nowMs - lastAtMs < keepMs);
}
