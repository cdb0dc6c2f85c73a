import { type LoginRequest, RapportError } from '@rapport-live/protocol';
import { DEVELOPMENT_KEY, DEVELOPMENT_TENANT } from '../../../config/config';
import { isLoopback } from '../../admission/client-address';
import type { Peer } from '../authenticator';
import { isLoopbackHost } from '../origins';
import type { Viewer } from '../viewer';
import type { LoginAttempts } from './login-attempts';
import type { Passwords } from './passwords';
import type { BegunLogin, People } from './people';
import type { Users } from './users';

/** Whom the development key logs in, with the key as password. */
export const DEVELOPER = 'development';

export interface PasswordLoginParts {
  readonly users: Pick<Users, 'count' | 'find' | 'fresh'>;
  readonly people: Pick<People, 'beginDevelopment' | 'beginLocal'>;
  readonly passwords: Pick<Passwords, 'isRight'>;
  readonly attempts: LoginAttempts;
  /** Neither keys, JWTs nor a provider of OpenID Connect are configured. */
  readonly developmentOnly: boolean;
}

/** Logs people in by name and password. */
export class PasswordLogin {
  constructor(private readonly parts: PasswordLoginParts) {}

  /** While nobody has an account, whoever sits at this machine gets in as `development`. */
  async isDevelopment(peer: Peer): Promise<boolean> {
    const { users, developmentOnly } = this.parts;
    await users.fresh();
    return developmentOnly && users.count === 0 && isLoopback(peer.address) && isLoopbackHost(peer.host);
  }

  /**
   * Rejects with RapportError `login_failed`, in the same words and after the same time whether the name or the password was
   * wrong, `rate_limited` or `overloaded`.
   */
  async login({ user: name, password }: LoginRequest, peer: Peer): Promise<BegunLogin> {
    const { users, people, passwords, attempts } = this.parts;
    const account = name.trim().toLowerCase();
    attempts.begin(account);
    if (account === DEVELOPER && password === DEVELOPMENT_KEY && (await this.isDevelopment(peer))) {
      attempts.succeeded(account);
      return people.beginDevelopment(developer);
    }
    await users.fresh(0); // who was added a moment ago may come in
    const user = users.find(account);
    if (!(await passwords.isRight(password, user?.password)) || user === undefined) {
      throw new RapportError('login_failed', 'There is no account with this name and password.');
    }
    attempts.succeeded(account);
    return people.beginLocal(user);
  }
}

const developer: Viewer = {
  ...{ userId: `local:${DEVELOPER}`, tenant: DEVELOPMENT_TENANT, role: 'admin', teams: 'all', seesNames: true },
};
