import type { Viewer } from '../viewer';
import type { FileVersion, User, UserFile } from './user-file';

/** For those who are in the file is looked at this often at most, ms: so soon does a change count. */
const LOOK_EVERY_MS = 1_000;

/** The local accounts as they are now, also when the command line changes them while the service runs. */
export class Users {
  private byName = new Map<string, User>();
  private version: FileVersion | undefined;
  private lookedAtMs = -Infinity;
  private looking: Promise<void> | undefined;

  private constructor(
    private readonly file: Pick<UserFile, 'read' | 'version'>,
    /** Ms of a monotonic clock. */
    private readonly now: () => number,
    /** The file was changed and cannot be used: those known before go on. */
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Rejects as `UserFile.read`. */
  static async open(
    file: Pick<UserFile, 'read' | 'version'>,
    now: () => number,
    onFault: (error: unknown) => void,
  ): Promise<Users> {
    const users = new Users(file, now, onFault);
    await users.load(await file.version());
    return users;
  }

  get count(): number {
    return this.byName.size;
  }

  find(name: string): User | undefined {
    return this.byName.get(name);
  }

  /** Resolves once what it tells is at most so old. */
  async fresh(maxAgeMs = LOOK_EVERY_MS): Promise<void> {
    if (this.now() - this.lookedAtMs < maxAgeMs) return;
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async look(): Promise<void> {
    this.lookedAtMs = this.now();
    try {
      const version = await this.file.version();
      if (JSON.stringify(version) !== JSON.stringify(this.version)) await this.load(version);
    } catch (error) {
      this.onFault(error);
    }
  }

  private async load(version: FileVersion | undefined): Promise<void> {
    this.version = version; // also of one that cannot be used: it is told once
    this.byName = new Map((await this.file.read()).map((user) => [user.name, user]));
  }
}

/** The account as it looks at sessions. */
export const viewerOfUser = ({ name, tenant, role, teams }: User): Viewer => ({
  ...{ userId: `local:${name}`, tenant, role },
  teams: role === 'admin' ? 'all' : teams,
  seesNames: role !== 'analyst',
});
