import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { z } from 'zod';

/** The only reader of the environment. Everything else gets this value injected. */
export const CONFIG = Symbol('Config');

/** Accepted from loopback only, and only while no keys are configured. */
export const DEVELOPMENT_KEY = 'rapport-development';
export const DEVELOPMENT_TENANT = 'development';

const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** An empty variable counts as unset, as Compose files write it. */
const optional = (value: unknown): unknown => (value === '' ? undefined : value);
const integer = (min: number, max: number, fallback: number) =>
  z.preprocess(optional, z.coerce.number().int().min(min).max(max).default(fallback));

const Environment = z.object({
  /** TCP port; 0 takes any free one. */
  PORT: integer(0, 65535, 8080),
  /** Address to listen on; 0.0.0.0 for all. */
  HOST: z.preprocess(optional, z.string().default('127.0.0.1')),
  /** Folder for the local log. */
  RAPPORT_DATA_DIR: z.preprocess(optional, z.string().default('.rapport/data')),
  RAPPORT_MODELS_DIR: z.preprocess(optional, z.string().default('models')),
  /** Inference workers, one thread each. */
  RAPPORT_WORKERS: integer(1, 256, availableParallelism()),
  /** Live sessions at once; more are refused with `too_many_sessions`. */
  RAPPORT_MAX_SESSIONS: integer(1, 100_000, 64),
  /** `TENANT:KEY` pairs, comma-separated. Empty: the development key, from loopback only. */
  RAPPORT_API_KEYS: z.string().default(''),
  /** Comma-separated `host:port`. Empty: results stay in the local log. */
  KAFKA_BROKERS: z.string().default(''),
  LOG_LEVEL: z.preprocess(
    optional,
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  ),
});

export interface ApiKey {
  readonly tenant: string;
  readonly key: string;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly workers: number;
  readonly maxSessions: number;
  readonly apiKeys: readonly ApiKey[];
  readonly kafkaBrokers: readonly string[];
  readonly logLevel: string;
}

/** Throws RapportError `config_invalid`, naming every wrong setting with its value's fault. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    throw new RapportError('config_invalid', `Setting not usable: ${faults}.`);
  }
  const e = parsed.data;
  return {
    port: e.PORT,
    host: e.HOST,
    dataDir: resolve(e.RAPPORT_DATA_DIR),
    modelsDir: resolve(e.RAPPORT_MODELS_DIR),
    workers: e.RAPPORT_WORKERS,
    maxSessions: e.RAPPORT_MAX_SESSIONS,
    apiKeys: list(e.RAPPORT_API_KEYS).map(parseKey),
    kafkaBrokers: list(e.KAFKA_BROKERS),
    logLevel: e.LOG_LEVEL,
  };
}

const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Long enough that guessing is hopeless. */
const MIN_KEY_CHARACTERS = 16;

function parseKey(pair: string, at: number): ApiKey {
  const colon = pair.indexOf(':');
  const tenant = pair.slice(0, Math.max(0, colon));
  const key = pair.slice(colon + 1);
  if (!TENANT.test(tenant)) {
    throw new RapportError(
      'config_invalid',
      `RAPPORT_API_KEYS: entry ${at + 1} needs the form TENANT:KEY, tenant of a-z, 0-9 and "-".`,
    );
  }
  if (key.length < MIN_KEY_CHARACTERS) {
    throw new RapportError(
      'config_invalid',
      `RAPPORT_API_KEYS: the key of tenant ${tenant} has ${key.length} characters, needs ${MIN_KEY_CHARACTERS}.`,
    );
  }
  return { tenant, key };
}
