import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { IntentName, RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { systemFiles } from '../../delivery/log-files';
import { packFloats, unpackFloats } from '../../fusion/packed-floats';

const FORMAT = 1;
const NAME = /^([a-z0-9][a-z0-9-]{0,62})\.json$/;

export interface StoredExample {
  /** Redacted. */
  readonly text: string;
  readonly embedding: Float32Array;
}

export interface StoredIntent {
  readonly name: string;
  /** Wall clock, RFC 3339. */
  readonly changedAt: string;
  /** Share of the examples told right when it went live. */
  readonly toldRight: number;
  readonly examples: readonly StoredExample[];
}

/** All that is kept of one tenant. */
export interface StoredIntents {
  /** Counts changes. */
  readonly revision: number;
  /** What made the embeddings; another encoder must make them anew. */
  readonly encoder: string;
  readonly intents: readonly StoredIntent[];
}

const FileBody = z.object({
  format: z.literal(FORMAT),
  revision: z.number().int().min(0),
  encoder: z.string(),
  intents: z.array(
    z.object({
      name: IntentName,
      changedAt: z.string(),
      toldRight: z.number(),
      examples: z.array(z.object({ text: z.string(), embedding: z.string() })).min(1),
    }),
  ),
});

/**
 * The custom intents of each tenant, one small file a tenant, replaced by one rename. There is one writer: whoever holds
 * the lock of the outbox in the same data folder.
 */
export class IntentFiles {
  constructor(private readonly folder: string) {}

  /** By tenant; none when there is no folder yet. Rejects with `data_format` or `data_dir_unusable`, naming the file. */
  async readAll(): Promise<Map<string, StoredIntents>> {
    const found = new Map<string, StoredIntents>();
    for (const file of await this.list()) {
      const tenant = NAME.exec(file)?.[1];
      if (tenant !== undefined) found.set(tenant, await this.read(join(this.folder, file)));
    }
    return found;
  }

  /** Durable when it resolves; rejects with `data_dir_unusable`, and then the file is as it was. */
  async write(tenant: string, { revision, encoder, intents }: StoredIntents): Promise<void> {
    const body: z.infer<typeof FileBody> = {
      format: FORMAT,
      revision,
      encoder,
      intents: intents.map(({ examples, ...intent }) => ({
        ...intent,
        examples: examples.map(({ text, embedding }) => ({ text, embedding: packFloats(embedding) })),
      })),
    };
    const path = join(this.folder, `${tenant}.json`);
    try {
      await mkdir(this.folder, { recursive: true });
      const handle = await open(`${path}.partial`, 'w');
      try {
        await handle.writeFile(`${JSON.stringify(body)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${path}.partial`, path);
      await systemFiles.syncFolder(this.folder);
    } catch (cause) {
      throw new RapportError('data_dir_unusable', `${path} cannot be written (${codeOf(cause)}).`, { cause });
    }
  }

  private async list(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).sort();
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return [];
      throw new RapportError('data_dir_unusable', `${this.folder} cannot be read (${codeOf(cause)}).`, { cause });
    }
  }

  private async read(path: string): Promise<StoredIntents> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (cause) {
      throw new RapportError('data_dir_unusable', `${path} cannot be read (${codeOf(cause)}).`, { cause });
    }
    try {
      const { revision, encoder, intents } = FileBody.parse(JSON.parse(text));
      return {
        revision,
        encoder,
        intents: intents.map(({ examples, ...intent }) => ({
          ...intent,
          examples: examples.map((one) => ({ text: one.text, embedding: unpackFloats(one.embedding) })),
        })),
      };
    } catch {
      // The cause would quote the file, which holds examples.
      throw new RapportError('data_format', `${path} is not a file of custom intents of format ${FORMAT}.`);
    }
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
