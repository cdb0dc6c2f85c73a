import { RapportError } from '@rapport-live/protocol';
import { join } from 'node:path';
import { isMissing, type LogFiles, replaceFile, systemFiles } from './log-files';

const FILE = 'kafka-offset.json';
const FORMAT = 2;

/**
 * Where in the outbox to begin after a restart, as a small file replaced as a whole and durably. It may lag: what was
 * sent since is then sent again, with the same ids. It never goes back, and it names the log that it is of.
 */
export class KafkaOffset {
  private written = 0;

  constructor(
    private readonly folder: string,
    /** See `Outbox.logId`. */
    private readonly logId: string,
    private readonly files: LogFiles = systemFiles,
  ) {}

  /**
   * 0 without a file, with an unreadable one, and with one of another log: doubles have equal ids, a loss could not be
   * repaired. One of format 1 named no log and is believed.
   */
  async read(): Promise<number> {
    const path = join(this.folder, FILE);
    let text: string;
    try {
      text = String(await this.files.readWhole(path));
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
    let value: { format?: unknown; log?: unknown; ackedOffset?: unknown };
    try {
      value = JSON.parse(text) as typeof value;
    } catch {
      return 0;
    }
    const { format, log, ackedOffset } = value;
    if (format !== FORMAT && format !== 1) {
      throw new RapportError('data_format', `${path} has format ${String(format)}, this program reads 1 and ${FORMAT}`);
    }
    if (format === FORMAT && log !== this.logId) return 0;
    return Number.isSafeInteger(ackedOffset) ? (ackedOffset as number) : 0;
  }

  /** Durable when it resolves. An older offset than one written before changes nothing. */
  async write(ackedOffset: number): Promise<void> {
    if (ackedOffset <= this.written) return;
    const line = `${JSON.stringify({ format: FORMAT, log: this.logId, ackedOffset })}\n`;
    await replaceFile(this.files, this.folder, FILE, Buffer.from(line));
    this.written = ackedOffset;
  }
}
