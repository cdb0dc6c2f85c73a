import { basename, dirname, join } from 'node:path';
import type { FileLook, LogFile, LogFiles } from '../../../src/delivery/log-files';
import { refusal } from './faulty-files';

/** A file system in memory: for tests that open a log a thousand times and would wait for the disk as often. */
export class MemoryFiles implements LogFiles {
  private readonly files = new Map<string, Buffer>();

  /** Another one with the same files. */
  copy(): MemoryFiles {
    const copied = new MemoryFiles();
    for (const [path, bytes] of this.files) copied.files.set(path, bytes);
    return copied;
  }

  /** What was in a folder is in another. */
  move(from: string, to: string): void {
    for (const [path, bytes] of [...this.files]) {
      if (dirname(path) !== from) continue;
      this.files.delete(path);
      this.files.set(join(to, basename(path)), bytes);
    }
  }

  /** Undefined for one that is not there. */
  bytes(path: string): Buffer | undefined {
    return this.files.get(path);
  }

  put(path: string, bytes: Buffer): void {
    this.files.set(path, bytes);
  }

  async open(path: string, how: 'read' | 'write' | 'make'): Promise<LogFile> {
    if (how === 'make') this.files.set(path, Buffer.alloc(0));
    this.existing(path);
    return {
      size: async () => this.existing(path).length,
      read: async (into, position) => this.existing(path).copy(into, 0, position),
      write: async (bytes, from, position) => {
        const before = this.existing(path);
        const written = Buffer.alloc(Math.max(before.length, position + bytes.length - from));
        before.copy(written);
        bytes.copy(written, position, from);
        this.files.set(path, written);
        return bytes.length - from;
      },
      cut: async (size) => void this.files.set(path, this.existing(path).subarray(0, size)),
      sync: async () => {},
      close: async () => {},
    };
  }

  list = async (folder: string): Promise<string[]> =>
    [...this.files.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path));

  look = async (path: string): Promise<FileLook | undefined> => {
    const found = this.files.get(path);
    return found && { size: found.length, bornMs: Date.now(), changedMs: Date.now() };
  };

  readWhole = async (path: string): Promise<Buffer> => Buffer.from(this.existing(path));
  remove = async (path: string): Promise<void> => void this.files.delete(path);
  rename = async (from: string, to: string): Promise<void> => {
    this.files.set(to, this.existing(from));
    this.files.delete(from);
  };
  stamp = async (): Promise<void> => {};
  makeFolder = async (): Promise<void> => {};
  syncFolder = async (): Promise<void> => {};

  private existing(path: string): Buffer {
    const found = this.files.get(path);
    if (found === undefined) throw refusal('ENOENT', 'open');
    return found;
  }
}
