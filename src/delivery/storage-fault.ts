/**
 * What a disk that takes nothing is called and what to do about it. All of these may pass without a restart, so results
 * wait and are written by themselves once it has passed.
 */
const FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free room on it',
  EDQUOT: 'the disk quota of the service is used up. Free room or raise the quota',
  EFBIG: "a file may not grow beyond the process's limit. Raise it (ulimit -f; LimitFSIZE of systemd)",
  EROFS: 'the file system is read-only. Mount it for writing again, after a look at the log of the kernel for why',
  EACCES: 'the service may not write there. Give its user the right to',
  EPERM: 'the service may not write there. Give its user the right to',
  EIO: 'the device failed. Look at the log of the kernel; the disk may have to be replaced',
  ENOENT: 'the folder or a file of it is gone. Put it back',
  EMFILE: 'the process has too many files open. Raise its limit (ulimit -n)',
  ENFILE: 'the machine has too many files open. Raise fs.file-max',
};

/** The log may not grow: everything that is kept has reached the budget, and nothing of the log may be removed yet. */
export class BudgetReached extends Error {
  readonly code = 'DISK_BUDGET';

  constructor(
    readonly keptBytes: number,
    readonly budgetBytes: number,
    /** Older records would go if Kafka had them. */
    readonly waitsForSink: boolean,
  ) {
    super(`${keptBytes} bytes are kept, ${budgetBytes} may be`);
    this.name = 'BudgetReached';
  }
}

/** What keeps results from the disk. */
export interface StorageTrouble {
  /** Of the operating system, or DISK_BUDGET. */
  readonly code: string;
  /** One sentence or two for whoever runs the service: where, what, what to do. */
  readonly message: string;
}

/** Undefined for an error that is not the disk's: a fault of ours does not pass by waiting. */
export function storageTrouble(folder: string, error: unknown): StorageTrouble | undefined {
  if (error instanceof BudgetReached) {
    const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    const { keptBytes, budgetBytes, waitsForSink, code } = error;
    const kept = `${folder}: ${mebibytes(keptBytes)} of the ${mebibytes(budgetBytes)} that may be are kept`;
    return {
      code,
      message: waitsForSink
        ? `${kept}, and no record is removed before Kafka has it. Bring Kafka back, or raise RAPPORT_DISK_BUDGET_MB.`
        : `${kept}. Remove what is not the service's from the data folder, or raise RAPPORT_DISK_BUDGET_MB.`,
    };
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  if (FAULTS[code] === undefined && syscall === undefined) return undefined;
  return { code, message: `${folder}: ${code}: ${FAULTS[code] ?? 'the disk refuses. Look at the log of the kernel'}.` };
}
