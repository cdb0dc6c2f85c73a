import { resolve } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { isProvider, type WantedProviders } from '../inference/provider';
import { Environment, type SettingState, settingStates } from './settings';
import { type TraceConfig, traceConfig } from './trace-config';

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

export interface ApiKey {
  readonly tenant: string;
  readonly key: string;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  /** Absent: what fits the machine. */
  readonly workers?: number;
  /** Rungs tried before the CPU. */
  readonly providers: WantedProviders;
  readonly maxSessions: number;
  /** How long a session waits for its client after a lost connection, ms; 0: not at all. */
  readonly resumeWindowMs: number;
  readonly apiKeys: readonly ApiKey[];
  readonly kafkaBrokers: readonly string[];
  readonly video: { readonly ffmpeg: string; readonly ffmpegCore: string; readonly maxStreams: number };
  readonly logLevel: string;
  /** Absent: no spans are made. */
  readonly traces?: TraceConfig;
}

/** Throws RapportError `config_invalid`, naming every wrong setting with its value's fault. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const e = parseEnvironment(env);
  return {
    port: e.PORT,
    host: e.HOST,
    dataDir: resolve(e.RAPPORT_DATA_DIR),
    modelsDir: resolve(e.RAPPORT_MODELS_DIR),
    workers: e.RAPPORT_WORKERS,
    providers: e.RAPPORT_PROVIDERS === 'auto' ? 'auto' : list(e.RAPPORT_PROVIDERS).filter(isProvider),
    maxSessions: e.RAPPORT_MAX_SESSIONS,
    resumeWindowMs: e.RAPPORT_RESUME_WINDOW_MS,
    apiKeys: list(e.RAPPORT_API_KEYS).map(parseKey),
    kafkaBrokers: list(e.KAFKA_BROKERS),
    video: { ffmpeg: e.RAPPORT_FFMPEG, ffmpegCore: e.RAPPORT_FFMPEG_CORE, maxStreams: e.RAPPORT_MAX_VIDEO },
    logLevel: e.LOG_LEVEL,
    traces: traceConfig(e),
  };
}

/** Every setting with its value, origin and purpose; keys are masked. Throws as `readConfig`. */
export function describeSettings(env: NodeJS.ProcessEnv = process.env): SettingState[] {
  return settingStates(parseEnvironment(env), env);
}

function parseEnvironment(env: NodeJS.ProcessEnv): Environment {
  const parsed = Environment.safeParse(env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
  throw new RapportError('config_invalid', `Setting not usable: ${faults}.`);
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
