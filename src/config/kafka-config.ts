import { RapportError } from '@rapport-live/protocol';
import type { KafkaOptions } from '../delivery/kafka-options';
import { list } from './setting';
import type { Environment } from './settings';
import { certificateOf, readFileOf, tlsConfig } from './tls-config';

/** What is set of Kafka beside its brokers. */
export type KafkaConfig = Partial<Omit<KafkaOptions, 'brokers'>>;

const HOUR_MS = 3600_000;

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** host:port each; an IPv6 address stands in brackets. Throws RapportError `config_invalid`. */
export function kafkaBrokers(e: Pick<Environment, 'KAFKA_BROKERS'>): string[] {
  const brokers = list(e.KAFKA_BROKERS);
  for (const [at, broker] of brokers.entries()) {
    const port = Number(/^(?:\[[0-9a-fA-F:.]+\]|[^:[\]\s/]+):(\d{1,5})$/.exec(broker)?.[1] ?? 0);
    if (port < 1 || port > 65_535) {
      throw invalid(`KAFKA_BROKERS: entry ${at + 1} is "${broker}", needs the form HOST:PORT.`);
    }
  }
  return brokers;
}

/** Reads the files that are named. Throws RapportError `config_invalid`. */
export function kafkaConfig(e: Environment): KafkaConfig {
  const sasl = saslOf(e);
  const tls = tlsOf(e);
  return {
    clientId: e.KAFKA_CLIENT_ID,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    topics: e.KAFKA_TOPICS,
    partitions: e.KAFKA_PARTITIONS,
    ...(e.KAFKA_REPLICATION === undefined ? {} : { replication: e.KAFKA_REPLICATION }),
    retentionMs: e.KAFKA_RETENTION_HOURS * HOUR_MS,
    auditRetentionMs: e.KAFKA_AUDIT_RETENTION_HOURS * HOUR_MS,
    deadLetterTopic: e.KAFKA_DEAD_LETTER_TOPIC,
    compression: e.KAFKA_COMPRESSION,
    maxBatchRecords: e.KAFKA_BATCH_RECORDS,
    maxBatchBytes: e.KAFKA_BATCH_BYTES,
    lingerMs: e.KAFKA_LINGER_MS,
    maxAgeMs: e.KAFKA_READY_MAX_AGE_S * 1000,
  };
}

const OURS = { cert: 'KAFKA_TLS_CERT', key: 'KAFKA_TLS_KEY' };

function tlsOf(e: Environment): KafkaOptions['tls'] {
  const { KAFKA_TLS_CA: caFile, KAFKA_TLS_CERT: certFile, KAFKA_TLS_KEY: keyFile } = e;
  if (e.KAFKA_TLS !== 'on') {
    const named = Object.entries({ KAFKA_TLS_CA: caFile, KAFKA_TLS_CERT: certFile, KAFKA_TLS_KEY: keyFile });
    const [set] = named.find(([, file]) => file !== undefined) ?? [];
    if (set !== undefined) throw invalid(`${set} is set without KAFKA_TLS=on.`);
    return undefined;
  }
  const ca = caFile === undefined ? undefined : readFileOf('KAFKA_TLS_CA', caFile);
  if (ca !== undefined) certificateOf('KAFKA_TLS_CA', ca);
  return { ...(ca === undefined ? {} : { ca }), ...tlsConfig(certFile, keyFile, undefined, OURS) };
}

function saslOf(e: Environment): KafkaOptions['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username } = e;
  const isPasswordNamed = e.KAFKA_PASSWORD !== undefined || e.KAFKA_PASSWORD_FILE !== undefined;
  if (mechanism === undefined) {
    const set = username !== undefined ? 'KAFKA_USERNAME' : 'KAFKA_PASSWORD';
    if (username !== undefined || isPasswordNamed) throw invalid(`${set} is set without KAFKA_SASL_MECHANISM.`);
    return undefined;
  }
  if (username === undefined) throw invalid('KAFKA_SASL_MECHANISM is set without KAFKA_USERNAME.');
  return { mechanism, username, password: passwordOf(e) };
}

function passwordOf({ KAFKA_PASSWORD: password, KAFKA_PASSWORD_FILE: file }: Environment): string {
  if (password !== undefined && file !== undefined)
    throw invalid('KAFKA_PASSWORD and KAFKA_PASSWORD_FILE are both set.');
  if (password !== undefined) return password;
  if (file === undefined) throw invalid('KAFKA_SASL_MECHANISM is set without KAFKA_PASSWORD or KAFKA_PASSWORD_FILE.');
  const [first = ''] = readFileOf('KAFKA_PASSWORD_FILE', file).split(/\r?\n/);
  if (first === '') throw invalid('KAFKA_PASSWORD_FILE: the first line of the file is empty.');
  return first;
}
