import { z } from 'zod';
import { choice, integer, optional, optionalInteger, type Setting, text } from './setting';

const maybe = z.preprocess(optional, z.string().optional());
/** Kafka's rule for names of topics. */
const topic = z.preprocess(
  optional,
  z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,249}$/)
    .default('rapport.dead-letter'),
);

/** How results go to Kafka; docs/operations.md shows them. KAFKA_BROKERS stands in the README. */
export const KAFKA_SETTINGS = {
  KAFKA_TLS: { schema: choice(['on', 'off'], 'off'), shownDefault: 'off', purpose: '`on`: TLS with every broker' },
  KAFKA_TLS_CA: {
    schema: maybe,
    shownDefault: '',
    purpose: 'PEM file with the authority of the brokers; empty: those that Node knows',
  },
  KAFKA_TLS_CERT: {
    schema: maybe,
    shownDefault: '',
    purpose: 'PEM file with our certificate, where brokers ask for one',
  },
  KAFKA_TLS_KEY: { schema: maybe, shownDefault: '', purpose: 'PEM file with the key of our certificate' },
  KAFKA_SASL_MECHANISM: {
    schema: z.preprocess(optional, z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional()),
    shownDefault: '',
    purpose: 'plain, scram-sha-256 or scram-sha-512; empty: no user. `plain` sends the password: use TLS with it',
  },
  KAFKA_USERNAME: { schema: maybe, shownDefault: '', purpose: 'user of SASL' },
  KAFKA_PASSWORD: { schema: maybe, shownDefault: '', purpose: 'its password', secret: 'VALUE' },
  KAFKA_PASSWORD_FILE: {
    schema: maybe,
    shownDefault: '',
    purpose: 'instead: file with the password on its first line',
  },
  KAFKA_TOPICS: {
    schema: choice(['create', 'check', 'off'], 'create'),
    shownDefault: 'create',
    purpose:
      '`create`: missing topics are made, others taken as they are; `check`: nothing is sent until all are as wanted; `off`: neither',
  },
  KAFKA_PARTITIONS: { schema: integer(1, 10_000, 6), shownDefault: '6', purpose: 'partitions of each topic' },
  KAFKA_REPLICATION: {
    schema: optionalInteger(1, 100),
    shownDefault: '3 or all',
    purpose: 'copies of each topic; with 3 or more, `min.insync.replicas` is 2',
  },
  KAFKA_RETENTION_HOURS: {
    schema: integer(1, 1_000_000, 168),
    shownDefault: '168',
    purpose: 'how long topics keep a record; `rapport.sessions` is compacted instead',
  },
  KAFKA_AUDIT_RETENTION_HOURS: {
    schema: integer(1, 1_000_000, 8760),
    shownDefault: '8760',
    purpose: 'the same for `rapport.audit`',
  },
  KAFKA_DEAD_LETTER_TOPIC: {
    schema: topic,
    shownDefault: 'rapport.dead-letter',
    purpose: 'topic of the records that Kafka refuses',
  },
  KAFKA_COMPRESSION: {
    schema: choice(['gzip', 'lz4', 'none'], 'gzip'),
    shownDefault: 'gzip',
    purpose: 'of batches: gzip, lz4 (install lz4-napi) or none',
  },
  KAFKA_BATCH_RECORDS: { schema: integer(1, 100_000, 100), shownDefault: '100', purpose: 'most records of a batch' },
  KAFKA_BATCH_BYTES: {
    schema: integer(1000, 100_000_000, 256_000),
    shownDefault: '256000',
    purpose: 'most bytes of a batch, before compression',
  },
  KAFKA_LINGER_MS: {
    schema: integer(0, 60_000, 5),
    shownDefault: '5',
    purpose: 'how long a batch that is not full waits for more, ms',
  },
  KAFKA_READY_MAX_AGE_S: {
    schema: integer(0, 1_000_000, 0),
    shownDefault: '0',
    purpose: '`/readyz` fails while the oldest result that waits for Kafka is older, s; 0: never',
  },
  KAFKA_CLIENT_ID: {
    schema: text('rapport'),
    shownDefault: 'rapport',
    purpose: 'name in the logs and quotas of brokers',
  },
} as const satisfies Record<string, Setting>;
