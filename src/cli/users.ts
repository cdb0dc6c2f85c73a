import { type Role, ROLES } from '@rapport-live/protocol';
import type { Config } from '../config/config';
import { DEVELOPMENT_TENANT } from '../config/config';
import { TENANT } from '../config/api-keys-config';
import {
  hashPassword,
  makePassword,
  MAX_PASSWORD_CHARACTERS,
  MIN_PASSWORD_CHARACTERS,
} from '../gateway/auth/people/passwords';
import { type User, USER_NAME, UserFile } from '../gateway/auth/people/user-file';
import { command, type Surroundings } from './command';
import { EXIT, misuse, Refusal } from './refusal';
import { textList } from './table';

const RUNNING = 'A running service takes it up within a second or two.';
const PASSWORD = {
  stdin: { purpose: 'take the password from standard input, 15 characters or more, instead of making one' },
} as const;

export const usersAdd = command(
  {
    name: 'users add',
    usage: 'NAME --role ROLE [options]',
    summary: 'Adds somebody who may log in: makes a password and prints it once.',
    notes: [`A supervisor sees the sessions of the own teams, an analyst no names, an admin everything. ${RUNNING}`],
    specs: {
      role: { value: 'ROLE', purpose: 'what for', choices: ROLES },
      teams: { value: 'TEAM,...', purpose: 'whose sessions are seen; by default those of all teams and of none' },
      tenant: { value: 'TENANT', purpose: 'of which tenant; by default that of the API keys, if it is one' },
      ...PASSWORD,
    },
  },
  async (operands, { role, teams, tenant, stdin }, around) => {
    const name = nameOf(operands, 'users add');
    if (role === undefined) throw misuse(`users add needs --role: ${ROLES.join(', ')}.`);
    if (role === 'admin' && teams !== undefined) throw misuse('--teams does not go with --role admin: it sees all.');
    const config = around.config();
    const { password, told } = await newPassword(stdin === true, around);
    const user: User = {
      ...{ name, tenant: tenantOf(tenant, config), role: role as Role, teams: teamsOf(teams) },
      ...{ password: await hashPassword(password), changedAt: new Date().toISOString() },
    };
    await new UserFile(config.dataDir).change((users) => {
      if (users.some((one) => one.name === name)) {
        throw new Refusal(`There is a user ${name}: \`users password ${name}\` gives a new password.`);
      }
      return [...users, user];
    });
    around.stdout.write(`${name} may log in as ${user.role} of the tenant ${user.tenant}.\n${told}`);
    return EXIT.ok;
  },
);

export const usersPassword = command(
  {
    name: 'users password',
    usage: 'NAME [options]',
    summary: 'Gives a user a new password, prints it once, and ends all log-ins with the old one.',
    notes: [RUNNING],
    specs: PASSWORD,
  },
  async (operands, { stdin }, around) => {
    const name = nameOf(operands, 'users password');
    const { password, told } = await newPassword(stdin === true, around);
    const changed = { password: await hashPassword(password), changedAt: new Date().toISOString() };
    await new UserFile(around.config().dataDir).change((users) => {
      requireUser(users, name);
      return users.map((user) => (user.name === name ? { ...user, ...changed } : user));
    });
    around.stdout.write(`${name} has a new password.\n${told}`);
    return EXIT.ok;
  },
);

export const usersRemove = command(
  {
    name: 'users remove',
    usage: 'NAME',
    summary: 'Removes a user and ends all log-ins of it.',
    notes: [RUNNING],
    specs: {},
  },
  async (operands, _options, around) => {
    const name = nameOf(operands, 'users remove');
    await new UserFile(around.config().dataDir).change((users) => {
      requireUser(users, name);
      return users.filter((user) => user.name !== name);
    });
    around.stdout.write(`${name} is removed.\n`);
    return EXIT.ok;
  },
);

export const usersList = command(
  { name: 'users list', usage: '', summary: 'Prints who may log in with a password, as what.', specs: {} },
  async (operands, _options, { config, stdout }) => {
    if (operands.length > 0) throw misuse(`users list takes no "${operands[0]}".`);
    const users = await new UserFile(config().dataDir).read();
    const rows = users.map(({ name, tenant, role, teams, changedAt }) => [
      ...[name, tenant, role, teams === 'all' ? 'all' : teams.join(', '), changedAt],
    ]);
    stdout.write(textList(['user', 'tenant', 'role', 'teams', 'password of'], rows));
    return EXIT.ok;
  },
);

function nameOf([name, second]: readonly string[], what: string): string {
  if (name === undefined) throw misuse(`${what} needs the NAME to log in with.`);
  if (second !== undefined) throw misuse(`${what} takes one NAME, not also "${second}".`);
  const small = name.toLowerCase();
  if (USER_NAME.test(small)) return small;
  throw misuse(`"${name}" is no name to log in with: use a-z, 0-9, ".", "_", "@", "+" and "-", at most 64 characters.`);
}

function requireUser(users: readonly User[], name: string): void {
  if (!users.some((user) => user.name === name)) {
    throw new Refusal(`There is no user ${name}: \`npm run rapport -- users list\` shows them.`);
  }
}

function teamsOf(given: string | undefined): User['teams'] {
  if (given === undefined) return 'all';
  const teams = given.split(',').map((team) => team.trim());
  if (teams.some((team) => team === '')) throw misuse('--teams has an empty name: use TEAM,TEAM.');
  return [...new Set(teams)];
}

function tenantOf(given: string | undefined, { apiKeys, jwt }: Config): string {
  if (given !== undefined) {
    if (TENANT.test(given)) return given;
    throw misuse(`"${given}" is no tenant: use a-z, 0-9 and "-", at most 63 characters.`);
  }
  const tenants = [...new Set(apiKeys.map(({ tenant }) => tenant))];
  if (tenants.length === 0 && jwt === undefined) return DEVELOPMENT_TENANT;
  if (tenants.length === 1) return tenants[0]!;
  throw misuse('users add needs --tenant: the API keys do not say of which tenant the user is.');
}

/** Given, or made; `told` is what its owner is told. */
async function newPassword(
  isGiven: boolean,
  { stdin }: Surroundings,
): Promise<{ readonly password: string; readonly told: string }> {
  if (!isGiven) {
    const password = makePassword();
    return { password, told: `The password, shown this once: ${password}\n` };
  }
  let text = '';
  for await (const piece of stdin) {
    text += String(piece);
    if (text.length > 4 * MAX_PASSWORD_CHARACTERS) break;
  }
  const password = text.replace(/\r?\n$/, '');
  if (password.length >= MIN_PASSWORD_CHARACTERS && password.length <= MAX_PASSWORD_CHARACTERS) {
    return { password, told: '' };
  }
  throw new Refusal(
    `The password has ${password.length} characters, it needs ${MIN_PASSWORD_CHARACTERS} to ${MAX_PASSWORD_CHARACTERS}.`,
  );
}
