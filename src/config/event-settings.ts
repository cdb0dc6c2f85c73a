import { RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { choice, optional, type Setting } from './setting';
import type { Environment } from './settings';

/** How events are written to Kafka; docs/events.md shows them. */
export const EVENT_SETTINGS = {
  KAFKA_EVENT_MODE: {
    schema: choice(['binary', 'structured'], 'binary'),
    shownDefault: 'binary',
    purpose: "CloudEvents' content mode: `binary`, attributes in headers; `structured`, the whole envelope as value",
  },
  KAFKA_EVENT_DATA: {
    schema: choice(['json', 'avro'], 'json'),
    shownDefault: 'json',
    purpose: 'how the data is written; `avro`: in binary mode and with a registry',
  },
  KAFKA_SCHEMA_REGISTRY_URL: {
    schema: z.preprocess(optional, z.url({ protocol: /^https?$/ }).optional()),
    shownDefault: '',
    purpose: 'URL of a schema registry, for Avro',
  },
  KAFKA_SCHEMA_REGISTRY_AUTH: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: '`USER:PASSWORD` for it',
    secret: 'VALUE',
  },
} as const satisfies Record<string, Setting>;

/** How events become records of Kafka. */
export interface EventConfig {
  readonly mode: 'binary' | 'structured';
  readonly data: 'json' | 'avro';
  /** With Avro. */
  readonly registry?: { readonly url: string; readonly userInfo?: string };
}

/** Throws `config_invalid` for settings that do not go together. */
export function eventConfig(e: Pick<Environment, keyof typeof EVENT_SETTINGS>): EventConfig {
  const { KAFKA_EVENT_MODE: mode, KAFKA_EVENT_DATA: data, KAFKA_SCHEMA_REGISTRY_URL: url } = e;
  if (data === 'json') return { mode, data };
  const refuse = (fault: string): never => {
    throw new RapportError('config_invalid', `Setting not usable: ${fault}.`);
  };
  if (mode === 'structured') return refuse('KAFKA_EVENT_DATA: avro has the binary mode only, see KAFKA_EVENT_MODE');
  if (url === undefined) return refuse('KAFKA_SCHEMA_REGISTRY_URL: empty, and avro needs a registry');
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') {
    return refuse('KAFKA_SCHEMA_REGISTRY_URL: has a user in it, which KAFKA_SCHEMA_REGISTRY_AUTH is for');
  }
  const userInfo = e.KAFKA_SCHEMA_REGISTRY_AUTH;
  return { mode, data, registry: { url, ...(userInfo === '' ? {} : { userInfo }) } };
}
