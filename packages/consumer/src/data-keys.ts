import { RapportError } from '@rapport-live/protocol';
import { createDecipheriv } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Gives the keys that events are encrypted with (docs/erasure.md); undefined: the key was destroyed. */
export interface DataKeySource {
  keyOf(keyId: string): Promise<Buffer | undefined>;
}

/** AES-256-GCM as NIST SP 800-38D advises: 96 bits of IV, 128 of tag. */
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** IV, ciphertext, tag. Throws when key or text are not those that it was made with; `context` is authenticated too. */
export function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new Error('too short to be encrypted');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

/** The service's folder of keys, or a copy of it that is kept the same: a file of a key is gone when the key is. */
export class DataKeyFolder implements DataKeySource {
  constructor(
    private readonly folder: string,
    /** `RAPPORT_SHREDDING_KEY` of the service: 32 bytes, in base64. */
    private readonly masterKey: string,
  ) {
    if (Buffer.from(masterKey, 'base64').length !== 32) {
      throw new RapportError('consumer_options', 'The master key is not 32 bytes in base64.');
    }
  }

  /** Rejects with `store_failed` for a folder that cannot be read: that is no erasure. */
  async keyOf(keyId: string): Promise<Buffer | undefined> {
    try {
      const name = (await readdir(this.folder)).find((file) => file.endsWith(`.${keyId}.key`));
      if (name === undefined) return undefined;
      const text = await readFile(join(this.folder, name), 'utf8');
      if (text.startsWith('-')) return undefined; // overwritten, and not yet removed
      const { wrapped } = JSON.parse(text) as { wrapped: string };
      return decrypt(Buffer.from(this.masterKey, 'base64'), Buffer.from(wrapped, 'base64'), keyId);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') {
        await this.mustBeThere();
        return undefined; // destroyed between the two looks
      }
      throw new RapportError('store_failed', `Key ${keyId} cannot be read in ${this.folder}: ${code ?? 'damaged'}.`, {
        cause,
      });
    }
  }

  private async mustBeThere(): Promise<void> {
    await readdir(this.folder).catch((cause: unknown) => {
      throw new RapportError('store_failed', `${this.folder} is not there.`, { cause });
    });
  }
}

/** Keys for a while in memory, so that not every event asks for its own. */
export class CachedKeys implements DataKeySource {
  private readonly known = new Map<string, { readonly key: Promise<Buffer | undefined>; readonly untilMs: number }>();

  constructor(
    private readonly source: DataKeySource,
    private readonly bounds: { readonly maxCachedKeys: number; readonly keyCacheMs: number },
    private readonly now: () => number = Date.now,
  ) {}

  keyOf(keyId: string): Promise<Buffer | undefined> {
    const found = this.known.get(keyId);
    if (found !== undefined && found.untilMs > this.now()) return found.key;
    const key = this.source.keyOf(keyId);
    this.known.delete(keyId);
    this.known.set(keyId, { key, untilMs: this.now() + this.bounds.keyCacheMs });
    key.catch(() => this.known.delete(keyId));
    if (this.known.size > this.bounds.maxCachedKeys) this.known.delete(this.known.keys().next().value!);
    return key;
  }
}
