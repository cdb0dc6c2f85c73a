import { RapportError, type Role, type Scope } from '@rapport-live/protocol';
import { sha256Hex } from '../../../config/api-keys-config';
import type { Login, LoginSessions } from '../login-sessions';
import type { Principal } from '../principal';
import type { Viewer } from '../viewer';
import type { User } from './user-file';
import { type Users, viewerOfUser } from './users';

/** What each role may do by the table of rights; teams and names come on top (viewer.ts). */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  supervisor: ['monitor', 'search'],
  analyst: ['monitor', 'search'],
  admin: ['monitor', 'search', 'admin'],
};
const LOCAL = 'local:';
/** Of the log-in that the development key opens. */
const DEVELOPMENT_STAMP = 'development';

/** A log-in that has just begun. */
export interface BegunLogin {
  readonly token: string;
  readonly person: Viewer;
  readonly endsAtMs: number;
}

/** Those who are logged in: what a cookie stands for, by the accounts as they are now. */
export class People {
  constructor(
    private readonly users: Pick<Users, 'count' | 'find' | 'fresh'>,
    private readonly logins: LoginSessions,
  ) {}

  /** Of a local account. */
  beginLocal(user: User): BegunLogin {
    return this.begin(viewerOfUser(user), stampOf(user));
  }

  /** Of whoever sits at the machine: until the first account is there. */
  beginDevelopment(person: Viewer): BegunLogin {
    return this.begin(person, DEVELOPMENT_STAMP);
  }

  /** Of somebody whom no file of ours knows: the log-in ends by time or by its end alone. */
  begin(person: Viewer, stamp = ''): BegunLogin {
    const { token, login } = this.logins.begin(person, stamp);
    return { token, person, endsAtMs: login.endsAtMs };
  }

  /** Rejects with RapportError `login_expired`: over, ended, of an account that is gone or has another password. */
  async principalOf(token: string): Promise<Principal> {
    await this.users.fresh();
    const login = this.logins.use(token);
    const person = login && this.current(login);
    if (person === undefined) {
      this.logins.end(token);
      throw new RapportError('login_expired', 'The log-in is over.');
    }
    const { tenant, userId, role } = person;
    return { tenant, id: userId, scopes: new Set(SCOPES_OF[role]), person };
  }

  /** For what was let in and goes on, as a stream of events: whether it may. Does not use the log-in. */
  async isIn(token: string): Promise<boolean> {
    await this.users.fresh();
    const login = this.logins.peek(token);
    return login !== undefined && this.current(login) !== undefined;
  }

  end(token: string): void {
    this.logins.end(token);
  }

  private current({ person, stamp }: Login): Viewer | undefined {
    if (stamp === '') return person;
    if (stamp === DEVELOPMENT_STAMP) return this.users.count === 0 ? person : undefined;
    const user = this.users.find(person.userId.slice(LOCAL.length));
    return user !== undefined && stampOf(user) === stamp ? viewerOfUser(user) : undefined;
  }
}

/** Another password, or another account of the same name, is another stamp. */
const stampOf = ({ tenant, password }: User): string => sha256Hex(`${tenant} ${password}`);
