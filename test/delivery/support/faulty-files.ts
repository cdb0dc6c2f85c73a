import { type FileLook, type LogFile, type LogFiles, systemFiles } from '../../../src/delivery/log-files';

/** What may fail: everything that changes the disk, and making a change durable. */
export type Operation = 'open' | 'write' | 'cut' | 'sync' | 'remove' | 'rename' | 'stamp' | 'makeFolder' | 'syncFolder';

/** As Node's own errors are. */
export function refusal(code: string, syscall = 'write'): Error {
  return Object.assign(new Error(`${code}: by the test, ${syscall}`), { code, syscall });
}

/**
 * A file system, the real one by default, and a disk of our making over it: it refuses all that writes, has so much room and no more, takes
 * few bytes at a time, or fails where a script says so.
 */
export class FaultyFiles implements LogFiles {
  /** Every operation that writes is refused with this code. */
  refuses: string | undefined;
  /** Bytes that still fit: a write takes what does, and the next one is ENOSPC. */
  roomBytes = Infinity;
  /** A write takes no more bytes. */
  maxWriteBytes = Infinity;
  /** Asked before each operation, numbered from 0: the code it fails with. A write that fails has written half. */
  script: (operation: Operation, number: number) => string | undefined = () => undefined;
  /** So many were asked for. */
  operations = 0;
  refused = 0;

  constructor(private readonly under: LogFiles = systemFiles) {}

  async open(path: string, how: 'read' | 'write' | 'make'): Promise<LogFile> {
    if (how !== 'read') await this.may('open');
    return new FaultyFile(await this.under.open(path, how), this);
  }

  list = (folder: string): Promise<string[]> => this.under.list(folder);
  look = (path: string): Promise<FileLook | undefined> => this.under.look(path);
  readWhole = (path: string): Promise<Buffer> => this.under.readWhole(path);
  remove = (path: string): Promise<void> => this.doing('remove', () => this.under.remove(path));
  rename = (from: string, to: string): Promise<void> => this.doing('rename', () => this.under.rename(from, to));
  stamp = (path: string, changedMs: number): Promise<void> =>
    this.doing('stamp', () => this.under.stamp(path, changedMs));
  makeFolder = (folder: string): Promise<void> => this.doing('makeFolder', () => this.under.makeFolder(folder));
  syncFolder = (folder: string): Promise<void> => this.doing('syncFolder', () => this.under.syncFolder(folder));

  /** Rejects when the operation is refused, after what it did nevertheless. */
  async may(operation: Operation, butDoes: () => Promise<unknown> = async () => {}): Promise<void> {
    const code = this.refuses ?? this.script(operation, this.operations);
    this.operations += 1;
    if (code === undefined) return;
    this.refused += 1;
    if (this.refuses === undefined) await butDoes();
    throw refusal(code, operation);
  }

  private async doing(operation: Operation, action: () => Promise<void>): Promise<void> {
    await this.may(operation);
    await action();
  }
}

class FaultyFile implements LogFile {
  constructor(
    private readonly file: LogFile,
    private readonly disk: FaultyFiles,
  ) {}

  size = (): Promise<number> => this.file.size();
  read = (into: Buffer, position: number): Promise<number> => this.file.read(into, position);
  close = (): Promise<void> => this.file.close();

  async write(bytes: Buffer, from: number, position: number): Promise<number> {
    const { disk } = this;
    const half = bytes.subarray(from, from + Math.floor((bytes.length - from) / 2));
    await disk.may('write', () => this.file.write(half, 0, position));
    const taken = Math.min(bytes.length - from, disk.maxWriteBytes, disk.roomBytes);
    if (taken === 0) {
      disk.refused += 1;
      throw refusal('ENOSPC');
    }
    disk.roomBytes -= taken;
    return this.file.write(bytes.subarray(from, from + taken), 0, position);
  }

  async cut(size: number): Promise<void> {
    await this.disk.may('cut');
    const before = await this.file.size();
    await this.file.cut(size);
    this.disk.roomBytes += Math.max(0, before - size);
  }

  async sync(): Promise<void> {
    await this.disk.may('sync');
    await this.file.sync();
  }
}
