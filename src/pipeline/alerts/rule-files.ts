import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlertRule, RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { replaceFile, systemFiles } from '../../delivery/log-files';

const FORMAT = 1;
const NAME = /^([a-z0-9][a-z0-9-]{0,62})\.json$/;

/** What is kept of one tenant. */
export interface StoredRules {
  /** Counts changes. */
  readonly revision: number;
  /** Null: they were taken back. */
  readonly rules: readonly AlertRule[] | null;
}

const FileBody = z.object({
  format: z.literal(FORMAT),
  revision: z.number().int().min(0),
  rules: z.array(AlertRule).nullable(),
});

/** The rules of each tenant that has its own, one small file a tenant, replaced as a whole and durably. */
export class RuleFiles {
  constructor(private readonly folder: string) {}

  /** By tenant. Rejects with `data_format` or `data_dir_unusable`, naming the file. */
  async readAll(): Promise<Map<string, StoredRules>> {
    const found = new Map<string, StoredRules>();
    for (const file of await this.list()) {
      const tenant = NAME.exec(file)?.[1];
      if (tenant !== undefined) found.set(tenant, await this.read(join(this.folder, file)));
    }
    return found;
  }

  /** Durable when it resolves; rejects with `data_dir_unusable`, and then the file is as it was. */
  async write(tenant: string, stored: StoredRules): Promise<void> {
    const file = `${tenant}.json`;
    try {
      await mkdir(this.folder, { recursive: true });
      await replaceFile(
        systemFiles,
        this.folder,
        file,
        Buffer.from(`${JSON.stringify({ format: FORMAT, ...stored })}\n`),
      );
    } catch (cause) {
      throw unusable(join(this.folder, file), 'written', cause);
    }
  }

  private async list(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).sort();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unusable(this.folder, 'read', cause);
    }
  }

  private async read(path: string): Promise<StoredRules> {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw unusable(path, 'read', cause);
    });
    try {
      const { revision, rules } = FileBody.parse(JSON.parse(text));
      return { revision, rules };
    } catch (cause) {
      throw new RapportError('data_format', `${path} holds no alert rules of format ${FORMAT}.`, { cause });
    }
  }
}

function unusable(path: string, done: 'read' | 'written', cause: unknown): RapportError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new RapportError('data_dir_unusable', `${path} cannot be ${done} (${code}).`, { cause });
}
