import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningJob, runningIn, SLOT_BYTES, type SlotPlace } from './job-slot';

const NAME = /^running-jobs\.(\d+)$/;

/** What each worker of this process is at, in a file of 64 bytes a worker: who comes after a crash finds it there. */
export class JobJournal {
  private readonly free: Set<number>;

  private constructor(
    private readonly file: string,
    private readonly fd: number,
    slots: number,
  ) {
    this.free = new Set(Array.from({ length: slots }, (_, i) => i));
  }

  /** Also tells what was running in each process that died here, once: one list a process. */
  static async open(folder: string, slots: number): Promise<{ journal: JobJournal; crashes: RunningJob[][] }> {
    await mkdir(folder, { recursive: true });
    const crashes: RunningJob[][] = [];
    for (const name of await readdir(folder)) {
      const pid = Number(NAME.exec(name)?.[1] ?? NaN);
      // One of our own number is of a process before us, in a container that began to count anew.
      if (Number.isNaN(pid) || (pid !== process.pid && isAlive(pid))) continue;
      const file = join(folder, name);
      const running = runningOf(await readFile(file));
      if (running.length > 0) crashes.push(running);
      await rm(file, { force: true });
    }
    const file = join(folder, `running-jobs.${process.pid}`);
    await writeFile(file, Buffer.alloc(slots * SLOT_BYTES));
    return { journal: new JobJournal(file, openSync(file, 'r+'), slots), crashes };
  }

  /** For a worker that begins; undefined when there are more workers than slots: it then leaves no trace. */
  take(): SlotPlace | undefined {
    const [slot] = this.free;
    if (slot === undefined) return undefined;
    this.free.delete(slot);
    writeSync(this.fd, Buffer.alloc(SLOT_BYTES), 0, SLOT_BYTES, slot * SLOT_BYTES);
    return { file: this.file, slot };
  }

  /** Of a worker that ended: what it was at. */
  giveBack({ slot }: SlotPlace): RunningJob | undefined {
    this.free.add(slot);
    const bytes = Buffer.alloc(SLOT_BYTES);
    readSync(this.fd, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES);
    return runningIn(bytes);
  }

  /** Nothing ran when we ended. */
  async close(): Promise<void> {
    closeSync(this.fd);
    await rm(this.file, { force: true });
  }
}

function runningOf(bytes: Buffer): RunningJob[] {
  const slots = Math.floor(bytes.length / SLOT_BYTES);
  return Array.from({ length: slots }, (_, i) =>
    runningIn(bytes.subarray(i * SLOT_BYTES, (i + 1) * SLOT_BYTES)),
  ).filter((job) => job !== undefined);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
