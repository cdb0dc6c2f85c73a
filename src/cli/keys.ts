import { randomBytes } from 'node:crypto';
import { SCOPES, type Scope } from '@rapport-live/protocol';
import { TENANT, sha256Hex } from '../config/api-keys-config';
import { command } from './command';
import { EXIT, misuse } from './refusal';

/** Of key text: 256 random bits. Searches for leaked secrets find it by the name before it. */
const KEY_BYTES = 32;
const PREFIX = 'rapport_';

export const keysNew = command(
  {
    name: 'keys new',
    usage: 'TENANT [options]',
    summary: 'Makes an API key: prints it once, with what to store of it.',
    notes: ['The service needs the hash alone: docs/security.md.'],
    specs: {
      scopes: { value: 'SCOPE,...', purpose: `what it may do: ${SCOPES.join(', ')}; by default all but admin` },
      name: { value: 'TEXT', purpose: 'who uses it, for the file of keys' },
    },
  },
  async ([tenant, second], options, { stdout }) => {
    if (tenant === undefined) throw misuse('keys new needs the TENANT that the key is for.');
    if (second !== undefined) throw misuse(`keys new takes one TENANT, not also "${second}".`);
    if (!TENANT.test(tenant)) throw misuse(`"${tenant}" is no tenant: use a-z, 0-9 and "-", at most 63 characters.`);
    const scopes = options.scopes === undefined ? undefined : scopesOf(options.scopes);
    const key = PREFIX + randomBytes(KEY_BYTES).toString('base64url');
    const sha256 = sha256Hex(key);
    const entry = [tenant, 'sha256', sha256, ...(scopes === undefined ? [] : [scopes.join('+')])].join(':');
    const json = JSON.stringify({ tenant, name: options.name, sha256, scopes });
    stdout.write(
      [
        `The key, shown this once:            ${key}`,
        `To store, in RAPPORT_API_KEYS:       ${entry}`,
        `or as one of "keys" in the file of`,
        `RAPPORT_API_KEYS_FILE:               ${json}`,
        '',
      ].join('\n'),
    );
    return EXIT.ok;
  },
);

function scopesOf(list: string): Scope[] {
  return list.split(',').map((item) => {
    const scope = SCOPES.find((known) => known === item.trim());
    if (scope === undefined) throw misuse(`--scopes has "${item.trim()}": use ${SCOPES.join(', ')}.`);
    return scope;
  });
}
