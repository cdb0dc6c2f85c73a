import type { Role } from '@rapport-live/protocol';
import { hashPassword } from '../../src/gateway/auth/people/passwords';
import { UserFile } from '../../src/gateway/auth/people/user-file';
import type { RunningService } from './service';

export const PASSWORD = 'a password of nobody else';
/** Made once: it takes a while on purpose. */
let hashed: Promise<string> | undefined;

/** Puts an account into the service's data folder, as the command line does; its password is PASSWORD. */
export async function addUser(
  { config }: Pick<RunningService, 'config'>,
  user: { name: string; tenant: string; role: Role; teams?: 'all' | string[] },
): Promise<void> {
  const password = await (hashed ??= hashPassword(PASSWORD));
  const changedAt = '2026-01-01T00:00:00Z';
  await new UserFile(config.dataDir).change((users) => [...users, { teams: 'all', ...user, password, changedAt }]);
}

/** `NAME=VALUE` of the cookie that an answer sets. */
export const cookieOfAnswer = (answer: Response): string => answer.headers.get('set-cookie')!.split(';', 1)[0]!;

/** Logs in as a page of the service does; resolves to the header `Cookie` from then on. */
export async function logIn(
  { http }: Pick<RunningService, 'http'>,
  user: string,
  password = PASSWORD,
): Promise<string> {
  const answer = await tryLogIn({ http }, user, password);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return cookieOfAnswer(answer);
}

export const tryLogIn = (
  { http }: Pick<RunningService, 'http'>,
  user: string,
  password: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${http}/v1/login`, { method: 'POST', headers, body: JSON.stringify({ user, password }) });
