import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who holds a folder, as its lock says. */
export interface LockOwner {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Boot and start time of the process (Linux), so that a reused pid (pid 1 in a container) is not taken for the owner. */
  readonly born: string | null;
  /** In which a pid means something (Linux): containers of one machine may share a host name and a volume, and not this. */
  readonly pidSpace?: string | null;
}

export function ourselves(): LockOwner {
  const { pid } = process;
  return { id: randomUUID(), host: hostname(), pid, born: bornOf(pid), pidSpace: pidSpace() };
}

/** Whether the owner's process lives; undefined where its pid says nothing to us: on another machine, in another container. */
export function isRunning(owner: LockOwner): boolean | undefined {
  const isElsewhere = owner.pidSpace !== undefined && owner.pidSpace !== pidSpace();
  if (owner.host !== hostname() || isElsewhere) return undefined;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return owner.born === null || owner.born === bornOf(owner.pid);
}

/** null for a file that is no lock (an owner never leaves one: locks appear whole). */
export async function readOwner(path: string): Promise<LockOwner | null | 'gone'> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as LockOwner;
    return typeof owner.pid === 'number' ? owner : null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
}

/** proc(5): field 22 of /proc/PID/stat is the start time in clock ticks since boot; the name before it may hold spaces. */
function bornOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

/** pid_namespaces(7). */
function pidSpace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
