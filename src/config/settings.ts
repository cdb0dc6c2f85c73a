import { z } from 'zod';
import { PROVIDERS } from '../inference/provider';
import { ACCESS_SETTINGS } from './access-settings';
import { ALERT_SETTINGS } from './alert-settings';
import { DOOR_SETTINGS } from './door-settings';
import { EVENT_SETTINGS } from './event-settings';
import { HISTORY_SETTINGS } from './history-settings';
import { KAFKA_SETTINGS } from './kafka-settings';
import { choice, integer, optional, optionalInteger, type Setting, text } from './setting';
import { STORAGE_SETTINGS } from './storage-settings';
import { TRACE_SETTINGS } from './trace-settings';

export type { Setting } from './setting';

/** `auto`, or names of the ladder. */
const providers = z.string().regex(new RegExp(`^(auto|(${PROVIDERS.join('|')})( *, *(${PROVIDERS.join('|')}))*)$`), {
  error: `auto, or a list of ${PROVIDERS.join(', ')}`,
});

/** Every setting of our own, in the order of the README. The schema, the README's table and the `config` command are made of it. */
export const SETTINGS = {
  PORT: {
    schema: integer(0, 65535, 8080),
    shownDefault: '8080',
    purpose: 'TCP port it listens on; 0 takes a free one',
  },
  HOST: { schema: text('127.0.0.1'), shownDefault: '127.0.0.1', purpose: 'address it listens on; 0.0.0.0 for all' },
  RAPPORT_API_KEYS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: '`TENANT:KEY,...`, better hashed (docs/security.md); empty: the development key, from loopback only',
    secret: 'TENANT:KEY',
  },
  KAFKA_BROKERS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: '`host:port,...`; `docker compose up -d kafka` starts one on localhost:9092',
  },
  RAPPORT_DATA_DIR: {
    schema: text('.rapport/data'),
    shownDefault: '.rapport/data',
    purpose: 'the local log, open sessions, and intents of tenants',
  },
  RAPPORT_MODELS_DIR: { schema: text('models'), shownDefault: 'models', purpose: 'the models' },
  RAPPORT_WORKERS: {
    schema: optionalInteger(1, 256),
    shownDefault: 'one a core',
    purpose: 'inference threads; with CUDA at most 4 by default',
  },
  RAPPORT_PROVIDERS: {
    schema: z.preprocess(optional, providers.default('auto')),
    shownDefault: 'auto',
    purpose: 'tried before the CPU: `cuda,webgpu` or one of them; `cpu`: none; or auto',
  },
  RAPPORT_MAX_SESSIONS: {
    schema: integer(1, 100_000, 64),
    shownDefault: '64',
    purpose: 'live sessions; more are refused with `too_many_sessions`',
  },
  RAPPORT_RESUME_WINDOW_MS: {
    schema: integer(0, 600_000, 60_000),
    shownDefault: '60000',
    purpose: 'how long a session waits for its client after a lost connection, ms; 0: it ends at once',
  },
  RAPPORT_GATEWAY_NAME: {
    schema: z.preprocess(optional, z.string().optional()),
    shownDefault: '',
    purpose: 'its name among several behind one address, as `gw-3`; resume tokens carry it',
  },
  RAPPORT_GATEWAY_URL: {
    schema: z.preprocess(optional, z.string().optional()),
    shownDefault: '',
    purpose: 'where one of them is reached, as `wss://{name}.voice.example.com/v1/stream`',
  },
  RAPPORT_ON_SHUTDOWN: {
    schema: choice(['end', 'keep'], 'end'),
    shownDefault: 'end',
    purpose: 'when it is stopped, live sessions `end`, or are kept for the next start (`keep`)',
  },
  RAPPORT_FFMPEG: {
    schema: text('ffmpeg'),
    shownDefault: 'ffmpeg',
    purpose: 'the program that decodes video (`webm-video`) and the files of `analyze`; `off`: none',
  },
  RAPPORT_FFMPEG_CORE: {
    schema: text('@ffmpeg/core'),
    shownDefault: '@ffmpeg/core',
    purpose: 'used without that program, where you installed it: package or folder; `off`: none',
  },
  RAPPORT_MAX_VIDEO: {
    schema: integer(0, 1000, 8),
    shownDefault: '8',
    purpose: 'streams of video decoded at a time; more are refused with `video_unavailable`',
  },
  RAPPORT_AGENT_EMOTION: {
    schema: z.preprocess(optional, z.enum(['on', 'off']).default('off')),
    shownDefault: 'off',
    purpose:
      '`on`: the emotion of agents is computed in sessions that state a legal basis (EU AI Act, Article 5(1)(f)); `off`: never',
  },
  RAPPORT_SHREDDING_KEY: {
    schema: z.preprocess(
      optional,
      z
        .string()
        .regex(/^[A-Za-z0-9+/]{43}=$/, { error: '32 bytes in base64' })
        .optional(),
    ),
    shownDefault: '',
    purpose:
      'master key, 32 bytes in base64: then Kafka gets the events of each customer encrypted by a key of its own (docs/erasure.md)',
    secret: 'VALUE',
  },
  LOG_LEVEL: {
    schema: z.preprocess(
      optional,
      z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    ),
    shownDefault: 'info',
    purpose: 'fatal, error, warn, info, debug, trace or silent',
  },
} as const satisfies Record<string, Setting>;

export const ALL_SETTINGS = {
  ...SETTINGS,
  ...ACCESS_SETTINGS,
  ...ALERT_SETTINGS,
  ...DOOR_SETTINGS,
  ...EVENT_SETTINGS,
  ...HISTORY_SETTINGS,
  ...KAFKA_SETTINGS,
  ...STORAGE_SETTINGS,
  ...TRACE_SETTINGS,
};
type Settings = typeof ALL_SETTINGS;

/** The environment as the settings want it. */
export const Environment = z.object(
  Object.fromEntries(Object.entries(ALL_SETTINGS).map(([name, { schema }]) => [name, schema])) as {
    [N in keyof Settings]: Settings[N]['schema'];
  },
);
export type Environment = z.infer<typeof Environment>;

/** A setting as it is now. */
export interface SettingState {
  readonly name: string;
  /** Keys are masked. */
  readonly value: string;
  readonly origin: 'default' | 'environment';
  readonly purpose: string;
}

/** `acme:0123456789abcdef` becomes `acme:****`: the tenant is no secret, of the key nothing is shown. */
function masked(value: string, secret: NonNullable<Setting['secret']>): string {
  if (secret === 'VALUE') return value === '' ? '' : '****';
  const separator = secret === 'TENANT:KEY' ? ':' : '=';
  return value
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes(separator) ? `${pair.slice(0, pair.indexOf(separator))}${separator}****` : '****'))
    .join(',');
}

/** `values` are the parsed ones; `env` tells where they come from. */
export function settingStates(values: Environment, env: NodeJS.ProcessEnv): SettingState[] {
  return Object.entries<Setting>(ALL_SETTINGS).map(([name, { purpose, shownDefault, secret }]) => {
    const value = String(values[name as keyof Environment] ?? shownDefault);
    const isSet = env[name] !== undefined && env[name] !== '';
    return {
      name,
      value: secret === undefined ? value : masked(value, secret),
      origin: isSet ? 'environment' : 'default',
      purpose: purpose.replaceAll('`', ''),
    };
  });
}
