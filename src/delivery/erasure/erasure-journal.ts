import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { isMissing, type LogFiles, replaceFile, systemFiles } from '../log-files';

const FORMAT = 1;

/** What is to be erased, with nothing in it that says of whom: a session's id is random, so is a key's. */
const Order = z.object({
  format: z.literal(FORMAT),
  id: z.uuid(),
  tenant: z.string(),
  by: z.enum(['session', 'customer']),
  sessions: z.array(z.uuid()),
  /** Names of data keys to destroy. */
  dataKeys: z.array(z.string()),
});
export type ErasureOrder = Omit<z.infer<typeof Order>, 'format'>;

const SUFFIX = '.erasure';

/** Erasures that were begun and not finished, a small file each: what a dead process began is finished by the next. */
export class ErasureJournal {
  constructor(
    private readonly folder: string,
    private readonly files: LogFiles = systemFiles,
  ) {}

  /** Resolves once it is durable. */
  async write(order: ErasureOrder): Promise<void> {
    await this.files.makeFolder(this.folder);
    const line = `${JSON.stringify({ format: FORMAT, ...order })}\n`;
    await replaceFile(this.files, this.folder, `${order.id}${SUFFIX}`, Buffer.from(line));
  }

  async remove(id: string): Promise<void> {
    await this.files.remove(join(this.folder, `${id}${SUFFIX}`));
  }

  /** Rejects with `data_format` for a file of another version. What was not whole was never promised: it is removed. */
  async readAll(): Promise<ErasureOrder[]> {
    const names = await this.files.list(this.folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const orders: ErasureOrder[] = [];
    for (const name of names) {
      const path = join(this.folder, name);
      if (!name.endsWith(SUFFIX)) {
        await this.files.remove(path);
        continue;
      }
      const parsed = Order.safeParse(parse(String(await this.files.readWhole(path))));
      if (!parsed.success) throw new RapportError('data_format', `${path} is no erasure of this version`);
      const { format: _, ...order } = parsed.data;
      orders.push(order);
    }
    return orders;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
