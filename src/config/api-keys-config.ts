import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { RapportError, SCOPES, type Scope } from '@rapport-live/protocol';
import { z } from 'zod';

/** A key of a tenant, of which the service need not know more than the hash. */
export interface ApiKey {
  readonly tenant: string;
  /** Where it was configured in the clear: commands of this machine use it. */
  readonly key?: string;
  /** SHA-256, 64 hexadecimal digits; absent: of `key`. A key is random and long, so a plain hash cannot be turned round. */
  readonly sha256?: string;
  /** Absent: all but `admin`. */
  readonly scopes?: readonly Scope[];
  /** Origins of browsers that the key, and tokens made with it, may be shown from; absent: those of the service. */
  readonly origins?: readonly string[];
  /** Wall clock, ms since 1970; absent: never. */
  readonly expiresAtMs?: number;
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
export const digestOf = ({ key = '', sha256 }: ApiKey): string => sha256 ?? sha256Hex(key);

/** A tenant's name is a part of paths, keys and topics. */
export const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Long enough that guessing is hopeless. */
const MIN_KEY_CHARACTERS = 16;
const SHA256 = /^[0-9a-f]{64}$/;
const MAX_KEYS = 10_000;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const LIST = 'RAPPORT_API_KEYS';
const FILE = 'RAPPORT_API_KEYS_FILE';

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/**
 * The keys of both settings: entries of the list, `TENANT:KEY` or `TENANT:sha256:HEX[:SCOPE+SCOPE]`, and those of the
 * file. Throws RapportError `config_invalid`, which names the entry and never repeats a key.
 */
export function readApiKeys(entries: readonly string[], file: string | undefined): ApiKey[] {
  const keys = [...entries.map(parseEntry), ...(file === undefined ? [] : readKeyFile(file))];
  if (keys.length > MAX_KEYS) throw invalid(`There are ${keys.length} API keys, at most ${MAX_KEYS} are taken.`);
  const tenants = new Map<string, string>();
  for (const key of keys) {
    const digest = digestOf(key);
    const other = tenants.get(digest);
    if (other !== undefined) throw invalid(`The tenants ${other} and ${key.tenant} have one API key twice.`);
    tenants.set(digest, key.tenant);
  }
  return keys;
}

function parseEntry(entry: string, at: number): ApiKey {
  const colon = entry.indexOf(':');
  const tenant = entry.slice(0, Math.max(0, colon));
  const key = entry.slice(colon + 1);
  if (!TENANT.test(tenant)) {
    throw invalid(`${LIST}: entry ${at + 1} needs the form TENANT:KEY, tenant of a-z, 0-9 and "-".`);
  }
  if (key.startsWith('sha256:')) return parseHashed(tenant, key.slice('sha256:'.length));
  if (key.length < MIN_KEY_CHARACTERS) {
    throw invalid(`${LIST}: the key of tenant ${tenant} has ${key.length} characters, needs ${MIN_KEY_CHARACTERS}.`);
  }
  return { tenant, key };
}

function parseHashed(tenant: string, text: string): ApiKey {
  const [sha256 = '', scopes, ...more] = text.split(':');
  if (!SHA256.test(sha256) || more.length > 0) {
    throw invalid(
      `${LIST}: the hashed key of tenant ${tenant} needs the form TENANT:sha256:HEX or TENANT:sha256:HEX:SCOPE+SCOPE, with 64 digits 0-9 and a-f.`,
    );
  }
  if (scopes === undefined) return { tenant, sha256 };
  return { tenant, sha256, scopes: parseScopes(scopes.split('+'), `${LIST}: the hashed key of tenant ${tenant}`) };
}

/** Throws RapportError `config_invalid`; `whose` begins its sentence. */
function parseScopes(names: readonly string[], whose: string): Scope[] {
  return names.map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope === undefined) {
      throw invalid(`${whose} has the scope ${JSON.stringify(name.slice(0, 32))}: use ${SCOPES.join(', ')}.`);
    }
    return scope;
  });
}

/** `https://desk.example.com`: what a browser sends as `Origin`. */
export const Origin = z
  .string()
  .max(256)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, {
    error: 'an origin as https://desk.example.com, without a path',
  });

const KeyFile = z.strictObject({
  keys: z.array(
    z.strictObject({
      tenant: z.string().regex(TENANT, { error: 'a-z, 0-9 and "-", at most 63 characters' }),
      /** For people: who uses it. */
      name: z.string().max(256).optional(),
      sha256: z.string().regex(SHA256, { error: '64 digits 0-9 and a-f' }),
      scopes: z.array(z.enum(SCOPES)).min(1).optional(),
      origins: z.array(Origin).min(1).max(64).optional(),
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
});

function readKeyFile(path: string): ApiKey[] {
  let value: unknown;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      throw invalid(`${FILE}: the file has ${size} bytes, at most ${MAX_FILE_BYTES} are read.`);
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof RapportError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    // The parser's own message quotes the text, which may be a key.
    throw invalid(
      code === undefined ? `${FILE}: the file is not JSON.` : `${FILE}: the file cannot be read (${code}).`,
    );
  }
  const parsed = KeyFile.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => [at.join('.'), message].join(': '));
    throw invalid(`${FILE}: ${faults.slice(0, 3).join('; ')}.`);
  }
  return parsed.data.keys.map(({ tenant, sha256, scopes, origins, expiresAt }) => ({
    ...{ tenant, sha256, scopes, origins },
    ...(expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) }),
  }));
}
