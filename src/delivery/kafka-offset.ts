import { RapportError } from '@rapport-live/protocol';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'kafka-offset.json';
const FORMAT = 1;

/**
 * Where in the outbox to begin after a restart, as a small file replaced by one rename. It may lag: what was sent
 * since is then sent again, with the same ids.
 */
export class KafkaOffset {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, FILE);
  }

  /** 0 without a file or with an unreadable one (doubles have equal ids, a loss could not be repaired). */
  async read(): Promise<number> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
    let value: { format?: unknown; ackedOffset?: unknown };
    try {
      value = JSON.parse(text) as typeof value;
    } catch {
      return 0;
    }
    if (value.format !== FORMAT) {
      throw new RapportError(
        'data_format',
        `${this.path} has format ${String(value.format)}, this program reads ${FORMAT}`,
      );
    }
    return typeof value.ackedOffset === 'number' ? value.ackedOffset : 0;
  }

  async write(ackedOffset: number): Promise<void> {
    const partial = `${this.path}.partial`;
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(`${JSON.stringify({ format: FORMAT, ackedOffset })}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(partial, this.path);
  }
}
