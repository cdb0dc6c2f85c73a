import type { LogClock } from './log-clock';
import type { StorageTrouble } from './storage-fault';

export interface StorageStateDeps {
  readonly clock: LogClock;
  /** Between two tries of what the disk refused, ms. */
  readonly retryMs: number;
  readonly again: () => void;
  /** Told once when the disk begins to refuse or refuses for another reason, and once, with undefined, when it takes results again. */
  readonly onChange: (trouble: StorageTrouble | undefined) => void;
}

/** Whether the disk takes results. While it does not, what it refused is tried again at fixed times, and who asks can wait for room. */
export class StorageState {
  private current: StorageTrouble | undefined;
  private passing: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  private cancelRetry = (): void => {};
  private isOver = false;

  constructor(private readonly deps: StorageStateDeps) {}

  /** Undefined while the disk takes results. */
  get trouble(): StorageTrouble | undefined {
    return this.current;
  }

  /** Undefined while the disk takes results; else resolves when it does again, or never will. */
  room(): Promise<void> | undefined {
    return this.passing?.promise;
  }

  /** It has refused. */
  refused(trouble: StorageTrouble): void {
    const { clock, retryMs, again, onChange } = this.deps;
    if (this.isOver) return;
    this.cancelRetry();
    this.cancelRetry = clock.at(clock.nowMs() + retryMs, again);
    const isNew = trouble.code !== this.current?.code;
    this.current = trouble;
    this.passing ??= deferred();
    if (isNew) onChange(trouble);
  }

  /** It has taken something. */
  taken(): void {
    if (this.current === undefined) return;
    this.clear();
    this.deps.onChange(undefined);
  }

  /** Nothing is tried any more. */
  end(): void {
    this.isOver = true;
    this.clear();
  }

  private clear(): void {
    this.cancelRetry();
    this.current = undefined;
    this.passing?.resolve();
    this.passing = undefined;
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
