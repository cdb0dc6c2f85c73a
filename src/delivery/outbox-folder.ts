import { RapportError } from '@rapport-live/protocol';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { OutboxOptions } from './delivery-options';
import { DiskBudget, folderBytes } from './disk-budget';
import { CustomerIndex } from './erasure/customer-index';
import { FolderLock } from './folder-lock';
import { LiveSessions } from './live-sessions';
import type { OutboxParts } from './outbox-parts';
import { isSegment } from './segment';
import { SegmentLog } from './segment-log';
import { storageTrouble } from './storage-fault';

/** The folder of an outbox, which is ours, and what stands in it. */
export interface OutboxFolder {
  readonly lock: FolderLock;
  /** Whole: what a dead process left unfinished at its end is cut off. */
  readonly log: SegmentLog;
  /** As the log shows them. */
  readonly sessions: LiveSessions;
  readonly budget: DiskBudget;
  /** Undefined: not kept. */
  readonly customers: CustomerIndex | undefined;
}

/**
 * Takes the folder, checks the whole log and cuts an unfinished commit off its end.
 * Rejects with `data_dir_locked`, `data_dir_unusable` or `data_format`; the folder is then nobody's.
 */
export async function openFolder(options: OutboxOptions, parts: OutboxParts): Promise<OutboxFolder> {
  const { dir, dataDir = dir } = options;
  const { files, clock, now } = parts;
  const lock = await usable(dir, async () => {
    await files.makeFolder(dir);
    return FolderLock.take(dir, options);
  });
  try {
    const isLog = (path: string): boolean => dirname(path) === dir && isSegment(path.slice(dir.length + 1));
    const budget = new DiskBudget(options, () => folderBytes(dataDir, isLog));
    await budget.measure();
    const sessions = new LiveSessions(options);
    const customers = await usable(dir, () => openCustomers(options, parts));
    const keptFrom = (): number => customers?.below(log.logId) ?? Infinity;
    const deps = { files, clock, budget, keptFrom, wallMs: () => now().getTime(), newLogId: randomUUID };
    const log: SegmentLog = await usable(dir, () =>
      SegmentLog.open(options, deps, (record, position, bytes) => sessions.recover(record, { position, bytes })),
    );
    return { lock, log, sessions, budget, customers };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openCustomers(
  { dir, maxCustomerIndexBytes: maxBytes }: OutboxOptions,
  { files, onIndexFull: onFull, onIndexTrouble: onTrouble }: OutboxParts,
): Promise<CustomerIndex | undefined> {
  const folder = join(dir, 'customers');
  // one of before is still asked, and still forgets
  const isThere = (): Promise<boolean> => files.list(folder).then((names) => names.length > 0, () => false); // prettier-ignore
  if (maxBytes === 0 && !(await isThere())) return undefined;
  return CustomerIndex.open({ folder, maxBytes, onFull, onTrouble }, files);
}

/** What the disk refuses becomes `data_dir_unusable`, with what to do about it. */
export async function usable<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const trouble = storageTrouble(dir, error);
    if (trouble === undefined) throw error;
    throw new RapportError('data_dir_unusable', trouble.message, { cause: error });
  }
}
