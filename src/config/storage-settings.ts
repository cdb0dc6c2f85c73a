import { integer, type Setting } from './setting';

/** What is kept on disk, and how long; docs/operations.md shows them. */
export const STORAGE_SETTINGS = {
  RAPPORT_DISK_BUDGET_MB: {
    schema: integer(64, 100_000_000, 2048),
    shownDefault: '2048',
    purpose: 'most of everything that is kept in the data folder, MiB; at it results wait',
  },
  RAPPORT_LOG_KEEP_MB: {
    schema: integer(16, 100_000_000, 256),
    shownDefault: '256',
    purpose: 'of the log beyond this, MiB, what Kafka has (without Kafka: the oldest) is removed',
  },
  RAPPORT_LOG_KEEP_DAYS: {
    schema: integer(1, 36_500, 7),
    shownDefault: '7',
    purpose: 'what is older and Kafka has (without Kafka: what is older) is removed, within a day more',
  },
  RAPPORT_CUSTOMER_INDEX_MB: {
    schema: integer(1, 100_000_000, 256),
    shownDefault: '256',
    purpose: 'with Kafka: most of which sessions each customer had, MiB; about 11,000 sessions each',
  },
} as const satisfies Record<string, Setting>;

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3600_000;

export interface StorageConfig {
  readonly budgetBytes: number;
  readonly retentionBytes: number;
  readonly retentionMs: number;
  readonly maxCustomerIndexBytes: number;
}

export function storageConfig(env: {
  readonly RAPPORT_DISK_BUDGET_MB: number;
  readonly RAPPORT_LOG_KEEP_MB: number;
  readonly RAPPORT_LOG_KEEP_DAYS: number;
  readonly RAPPORT_CUSTOMER_INDEX_MB: number;
}): StorageConfig {
  return {
    budgetBytes: env.RAPPORT_DISK_BUDGET_MB * MIB,
    retentionBytes: env.RAPPORT_LOG_KEEP_MB * MIB,
    retentionMs: env.RAPPORT_LOG_KEEP_DAYS * DAY_MS,
    maxCustomerIndexBytes: env.RAPPORT_CUSTOMER_INDEX_MB * MIB,
  };
}
