import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { type LogFiles, systemFiles, writeWhole } from '../log-files';
import type { DestroyableKeys } from './erasures';

const FORMAT = 1;
const KEY_BYTES = 32;
/** NIST SP 800-38D: a random IV of 96 bits is good for 2^32 messages of one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
/** What a key is overwritten with. */
const FILLER = '-';
const FILE = /^([0-9a-f]{64})\.([0-9a-f-]{36})\.key$/;

/** IV, ciphertext, tag; `context` is authenticated too. */
export function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv);
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

/**
 * The data key of each customer, wrapped by the master key, in a file of its own: to destroy the key is to remove the
 * file. A file is named by a keyed hash of tenant and customer, which says nothing to whoever lacks the master key, and by
 * the random name of the key, which events carry.
 */
export class DataKeys implements DestroyableKeys {
  private readonly idOfOwner = new Map<string, string>();
  private readonly ownerOfId = new Map<string, string>();
  /** Unwrapped, as they are needed. */
  private readonly keys = new Map<string, Buffer>();

  /** @param maxCached unwrapped keys in memory */
  private constructor(
    private readonly folder: string,
    private readonly masterKey: Buffer,
    private readonly maxCached: number,
    private readonly files: LogFiles,
  ) {}

  /** Throws RapportError `config_invalid` when the keys there were wrapped by another master key. */
  static open(folder: string, masterKey: Buffer, maxCached = 10_000, files = systemFiles): DataKeys {
    const keys = new DataKeys(folder, masterKey, maxCached, files);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      const [, owner, id] = FILE.exec(name) ?? [];
      if (owner === undefined || id === undefined || isOverwritten(join(folder, name))) {
        rmSync(join(folder, name)); // half made, or half destroyed
      } else {
        keys.known(owner, id);
      }
    }
    const [first] = keys.ownerOfId.keys();
    if (first !== undefined) keys.keyOf(first);
    return keys;
  }

  /** The name of the customer's key, made at the first call: a few ms for the disk, once a customer. */
  idFor(tenant: string, customerId: string): string {
    const owner = this.ownerOf(tenant, customerId);
    const known = this.idOfOwner.get(owner);
    if (known !== undefined) return known;
    const id = randomUUID();
    const key = randomBytes(KEY_BYTES);
    const wrapped = encrypt(this.masterKey, key, id).toString('base64');
    const path = this.path(owner, id);
    const file = openSync(`${path}.new`, 'wx', 0o600);
    try {
      writeSync(file, `${JSON.stringify({ format: FORMAT, algorithm: 'A256GCM', wrapped })}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
    syncFolder(this.folder);
    this.known(owner, id);
    this.remember(id, key);
    return id;
  }

  find(tenant: string, customerId: string): string | undefined {
    return this.idOfOwner.get(this.ownerOf(tenant, customerId));
  }

  /** Undefined: it was destroyed. */
  keyOf(id: string): Buffer | undefined {
    const cached = this.keys.get(id);
    const owner = this.ownerOfId.get(id);
    if (cached !== undefined || owner === undefined) return cached;
    const path = this.path(owner, id);
    if (!existsSync(path)) return undefined;
    const { format, wrapped } = JSON.parse(readFileSync(path, 'utf8')) as { format: number; wrapped: string };
    if (format !== FORMAT) throw new RapportError('data_format', `${path} has format ${format}, not ${FORMAT}`);
    try {
      return this.remember(id, decrypt(this.masterKey, Buffer.from(wrapped, 'base64'), id));
    } catch (cause) {
      throw new RapportError('config_invalid', `RAPPORT_SHREDDING_KEY is not the key that ${path} is wrapped with.`, {
        cause,
      });
    }
  }

  /** Overwritten, then removed. Resolves once that is durable; what is not there any more is destroyed already. */
  async destroy(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const owner = this.ownerOfId.get(id);
      this.keys.delete(id);
      if (owner === undefined) continue;
      const path = this.path(owner, id);
      if (existsSync(path)) await this.overwrite(path);
      await this.files.remove(path);
      await this.files.syncFolder(this.folder);
      this.ownerOfId.delete(id);
      if (this.idOfOwner.get(owner) === id) this.idOfOwner.delete(owner);
    }
  }

  private async overwrite(path: string): Promise<void> {
    const file = await this.files.open(path, 'write');
    try {
      await writeWhole(file, Buffer.alloc(await file.size(), FILLER), 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private known(owner: string, id: string): void {
    this.idOfOwner.set(owner, id);
    this.ownerOfId.set(id, owner);
  }

  private remember(id: string, key: Buffer): Buffer {
    this.keys.set(id, key);
    if (this.keys.size > this.maxCached) this.keys.delete(this.keys.keys().next().value!);
    return key;
  }

  private ownerOf(tenant: string, customerId: string): string {
    return createHmac('sha256', this.masterKey)
      .update(JSON.stringify([tenant, customerId]))
      .digest('hex');
  }

  private path(owner: string, id: string): string {
    return join(this.folder, `${owner}.${id}.key`);
  }
}

/** Until then a new name in it may be lost with the power, and with it all that was encrypted by the key. Windows needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isOverwritten(path: string): boolean {
  return readFileSync(path, 'latin1').startsWith(FILLER);
}
