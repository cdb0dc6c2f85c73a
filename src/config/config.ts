import { resolve } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { isProvider, type WantedProviders } from '../inference/provider';
import {
  allowedOrigins,
  type JwtConfig,
  jwtConfig,
  type LoginTimes,
  loginTimes,
  type TenantQuota,
  tenantQuota,
  trustedProxies,
} from './access-config';
import { type AlertConfig, alertConfig } from './alert-settings';
import { type ApiKey, readApiKeys } from './api-keys-config';
import { type DoorsConfig, doorsConfig } from './doors-config';
import { type EventConfig, eventConfig } from './event-settings';
import { type FleetConfig, fleetConfig } from './fleet-config';
import { type HistoryConfig, historyConfig } from './history-settings';
import { kafkaBrokers, type KafkaConfig, kafkaConfig } from './kafka-config';
import { list } from './setting';
import { Environment, type SettingState, settingStates } from './settings';
import { type OpenIdConfig, openIdConfig } from './open-id-config';
import { type StorageConfig, storageConfig } from './storage-settings';
import { type TlsConfig, tlsConfig } from './tls-config';
import { readWebhooks, type WebhookConfig } from './webhooks-config';
import { type TraceConfig, traceConfig } from './trace-config';

/** The only reader of the environment. Everything else gets this value injected. */
export const CONFIG = Symbol('Config');

/** Accepted from loopback only, and only while no keys are configured. */
export const DEVELOPMENT_KEY = 'rapport-development';
export const DEVELOPMENT_TENANT = 'development';

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** What is kept in it, and how long. */
  readonly storage: StorageConfig;
  /** Where past conversations are kept to be searched, and how long. */
  readonly history: HistoryConfig;
  readonly modelsDir: string;
  /** Absent: what fits the machine. */
  readonly workers?: number;
  /** Rungs tried before the CPU. */
  readonly providers: WantedProviders;
  readonly maxSessions: number;
  /** How long a session waits for its client after a lost connection, ms; 0: not at all. */
  readonly resumeWindowMs: number;
  /** Absent: this gateway is the only one. */
  readonly fleet?: FleetConfig;
  /** What becomes of the sessions when the service is stopped in order. */
  readonly onShutdown: 'end' | 'keep';
  readonly apiKeys: readonly ApiKey[];
  /** What commands of this machine show. */
  readonly ownKey?: string;
  /** Absent: JWTs are not taken. */
  readonly jwt?: JwtConfig;
  /** Of browsers; absent: pages of the same host. */
  readonly allowedOrigins?: readonly string[] | '*';
  /** Absent: plain HTTP, for this machine or behind a proxy. */
  readonly tls?: TlsConfig;
  /** Addresses, networks or `loopback` of proxies whose word on a client's address is taken. */
  readonly trustedProxies: readonly string[];
  readonly tenantQuota: TenantQuota;
  /** Absent: people log in by password alone. */
  readonly openId?: OpenIdConfig;
  /** How long people stay logged in. */
  readonly login: LoginTimes;
  /** Of other protocols; shut unless they are set up. */
  readonly doors: DoorsConfig;
  /** host:port each; none: results stay in the local log. */
  readonly kafkaBrokers: readonly string[];
  readonly kafka: KafkaConfig;
  /** How events are written to it. */
  readonly kafkaEvents: EventConfig;
  readonly alerts: AlertConfig;
  /** Where alerts are sent. `options`: over the defaults, for tests. */
  readonly webhooks: { readonly endpoints: readonly WebhookConfig[]; readonly options?: object };
  /** Wraps the keys that events are encrypted with in Kafka, 32 bytes; absent: they are not. */
  readonly shreddingKey?: Buffer;
  readonly video: { readonly ffmpeg: string; readonly ffmpegCore: string; readonly maxStreams: number };
  /** The emotion of agents may be computed where a session states a legal basis. */
  readonly agentEmotion: boolean;
  readonly logLevel: string;
  /** Absent: no spans are made. */
  readonly traces?: TraceConfig;
}

/** Throws RapportError `config_invalid`, naming every wrong setting with its value's fault. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const e = parseEnvironment(env);
  const apiKeys = readApiKeys(list(e.RAPPORT_API_KEYS), e.RAPPORT_API_KEYS_FILE);
  const jwt = jwtConfig(e);
  const isDevelopment = apiKeys.length === 0 && jwt === undefined;
  return {
    port: e.PORT,
    host: e.HOST,
    dataDir: resolve(e.RAPPORT_DATA_DIR),
    storage: storageConfig(e),
    history: historyConfig(e, storageConfig(e)),
    modelsDir: resolve(e.RAPPORT_MODELS_DIR),
    workers: e.RAPPORT_WORKERS,
    providers: e.RAPPORT_PROVIDERS === 'auto' ? 'auto' : list(e.RAPPORT_PROVIDERS).filter(isProvider),
    maxSessions: e.RAPPORT_MAX_SESSIONS,
    resumeWindowMs: e.RAPPORT_RESUME_WINDOW_MS,
    fleet: fleetConfig(e.RAPPORT_GATEWAY_NAME, e.RAPPORT_GATEWAY_URL),
    onShutdown: e.RAPPORT_ON_SHUTDOWN,
    apiKeys,
    ownKey: e.RAPPORT_KEY,
    jwt,
    allowedOrigins: allowedOrigins(e.RAPPORT_ALLOWED_ORIGINS),
    tls: tlsConfig(e.RAPPORT_TLS_CERT, e.RAPPORT_TLS_KEY),
    trustedProxies: trustedProxies(e.RAPPORT_TRUST_PROXY),
    tenantQuota: tenantQuota(e),
    openId: openIdConfig(e),
    login: loginTimes(e),
    doors: doorsConfig(e, isDevelopment ? DEVELOPMENT_TENANT : undefined),
    kafkaBrokers: kafkaBrokers(e),
    kafka: kafkaConfig(e),
    kafkaEvents: eventConfig(e),
    alerts: alertConfig(e),
    webhooks: { endpoints: readWebhooks(e.RAPPORT_WEBHOOKS_FILE) },
    shreddingKey: shreddingKey(e),
    video: { ffmpeg: e.RAPPORT_FFMPEG, ffmpegCore: e.RAPPORT_FFMPEG_CORE, maxStreams: e.RAPPORT_MAX_VIDEO },
    agentEmotion: e.RAPPORT_AGENT_EMOTION === 'on',
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
  const faults = [...new Set(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`))].join('; ');
  throw new RapportError('config_invalid', `Setting not usable: ${faults}.`);
}

/** Encrypted, an envelope in the value could not say by which key. Throws `config_invalid`. */
function shreddingKey({ RAPPORT_SHREDDING_KEY: key, KAFKA_EVENT_MODE: mode }: Environment): Buffer | undefined {
  if (key === undefined) return undefined;
  if (mode === 'binary') return Buffer.from(key, 'base64');
  throw new RapportError(
    'config_invalid',
    'Setting not usable: RAPPORT_SHREDDING_KEY: goes with KAFKA_EVENT_MODE=binary.',
  );
}
