import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RapportError, ROLES } from '@rapport-live/protocol';
import { z } from 'zod';
import { TENANT } from '../../../config/api-keys-config';
import { FolderLock } from '../../../delivery/folder-lock';
import { isMissing, replaceFile, systemFiles } from '../../../delivery/log-files';

const FORMAT = 1;
const FILE = 'users.json';
const MAX_USERS = 10_000;
/** Of who changes the file, for a moment: another waits for nothing and is told. */
const LOCK = { lockBeatMs: 2_000, lockDeadMs: 10_000 };

/** Of the folder: for the service's own user alone. */
const OWN = 0o700;

/** What somebody logs in as, in small letters. */
export const USER_NAME = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;

const User = z.strictObject({
  name: z.string().regex(USER_NAME),
  tenant: z.string().regex(TENANT),
  role: z.enum(ROLES),
  teams: z.union([z.literal('all'), z.array(z.string().min(1).max(256)).max(256)]),
  /** PHC string: algorithm, parameters, salt and hash. */
  password: z.string().startsWith('$argon2id$').max(512),
  /** When the password was set. Wall clock, RFC 3339. */
  changedAt: z.string(),
});
/** A local account. */
export type User = z.infer<typeof User>;

const Body = z.strictObject({ format: z.literal(FORMAT), users: z.array(User).max(MAX_USERS) });

/** Also where the data folder is a file: who writes there first, the outbox, says so. */
const isAbsent = (error: unknown): boolean => isMissing(error) || codeOf(error) === 'ENOTDIR';

/** A version of the file: tells whether it was changed. */
export interface FileVersion {
  readonly size: number;
  readonly changedMs: number;
  readonly bornMs: number;
}

/**
 * The local accounts: one small file of the data folder, which the command line replaces by one rename and the running
 * service reads. For the
 * service's own user alone.
 */
export class UserFile {
  private readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'people');
  }

  /** Undefined: there is none. */
  async version(): Promise<FileVersion | undefined> {
    try {
      return await systemFiles.look(this.path);
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw new RapportError('data_dir_unusable', `${this.path} cannot be read (${codeOf(cause)}).`, { cause });
    }
  }

  /** None when there is no file. Rejects with `data_format` or `data_dir_unusable`, which quote nothing of it. */
  async read(): Promise<User[]> {
    let text: string;
    try {
      text = String(await systemFiles.readWhole(this.path));
    } catch (cause) {
      if (isAbsent(cause)) return [];
      throw new RapportError('data_dir_unusable', `${this.path} cannot be read (${codeOf(cause)}).`);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    const parsed = Body.safeParse(value);
    if (parsed.success) return parsed.data.users;
    throw new RapportError('data_format', `${this.path} has no users as this version keeps them.`);
  }

  /** Durable when it resolves. One change at a time: rejects with `data_dir_locked` while another is made. */
  async change(change: (users: readonly User[]) => readonly User[]): Promise<void> {
    let lock: FolderLock | undefined;
    try {
      await mkdir(this.folder, { recursive: true, mode: OWN });
      lock = await FolderLock.take(this.folder, LOCK);
      const users = change(await this.read());
      const body: z.infer<typeof Body> = { format: FORMAT, users: [...users] };
      await replaceFile(systemFiles, this.folder, FILE, Buffer.from(`${JSON.stringify(Body.parse(body))}\n`));
    } catch (cause) {
      if (cause instanceof Error && !('errno' in cause)) throw cause;
      throw new RapportError('data_dir_unusable', `${this.path} cannot be written (${codeOf(cause)}).`, { cause });
    } finally {
      await lock?.release();
    }
  }

  private get path(): string {
    return join(this.folder, FILE);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
