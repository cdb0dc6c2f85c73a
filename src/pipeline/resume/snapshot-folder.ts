import { closeSync, constants, fdatasyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DURABLE, isMissing } from '../../delivery/log-files';
import type { SnapshotBatch, SnapshotFault, SnapshotOutcome } from './snapshot-messages';
import { encodeSnapshot, MAX_SNAPSHOT_BYTES } from './session-snapshot';

export const SNAPSHOT_SUFFIX = '.session';

const MAKE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | DURABLE;

export const snapshotPath = (folder: string, sessionId: string): string =>
  join(folder, `${sessionId}${SNAPSHOT_SUFFIX}`);

/** Does a batch, one file after the other; it blocks. What fails harms no other of the batch. */
export function applySnapshots(folder: string, { writes, removals }: SnapshotBatch): SnapshotOutcome {
  return {
    writes: writes.map(({ sessionId, json }) => faultOf(() => replace(folder, sessionId, json))),
    removals: removals.map((sessionId) => faultOf(() => rmSync(snapshotPath(folder, sessionId), { force: true }))),
  };
}

/** Written, synced, renamed: who reads sees the old one or the new one, whole, also after a crash. */
function replace(folder: string, sessionId: string, json: string): SnapshotFault | undefined {
  const bytes = encodeSnapshot(json);
  if (bytes.length > MAX_SNAPSHOT_BYTES) {
    return {
      message: `a snapshot of ${bytes.length} bytes is larger than ${MAX_SNAPSHOT_BYTES}`,
      code: 'internal',
    };
  }
  const path = snapshotPath(folder, sessionId);
  const made = `${path}.new`;
  const file = make(folder, made);
  try {
    for (let done = 0; done < bytes.length;) {
      const taken = writeSync(file, bytes, done, bytes.length - done, done);
      if (taken === 0) return { message: 'ENOSPC: a write took no byte', code: 'ENOSPC' };
      done += taken;
    }
    if (DURABLE === 0) fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(made, path);
  return undefined;
}

function make(folder: string, path: string): number {
  try {
    return openSync(path, MAKE);
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(folder, { recursive: true });
    return openSync(path, MAKE);
  }
}

function faultOf(act: () => SnapshotFault | undefined | void): SnapshotFault | null {
  try {
    return act() ?? null;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { message, ...(code === undefined ? {} : { code }) };
  }
}
