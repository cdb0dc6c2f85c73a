import { choice, integer, type Setting } from './setting';
import type { StorageConfig } from './storage-settings';

/** Past conversations, to be listed and searched; docs/history.md shows them. */
export const HISTORY_SETTINGS = {
  RAPPORT_HISTORY: {
    schema: choice(['file', 'off'], 'file'),
    shownDefault: 'file',
    purpose: '`file`: conversations are kept in the data folder to be listed and searched; `off`: they are not',
  },
  RAPPORT_HISTORY_DAYS: {
    schema: integer(1, 36_500, 30),
    shownDefault: '30',
    purpose: 'conversations that ended so many days ago are removed from the history',
  },
  RAPPORT_HISTORY_MB: {
    schema: integer(16, 100_000_000, 512),
    shownDefault: '512',
    purpose: 'beyond this, MiB, the oldest conversations are removed; at most a quarter of RAPPORT_DISK_BUDGET_MB',
  },
} as const satisfies Record<string, Setting>;

export interface HistoryConfig {
  readonly kind: 'file' | 'off';
  /** Conversations that ended longer ago are removed. */
  readonly keepMs: number;
  readonly maxBytes: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3600_000;

/** Of the budget of the disk at most, so that results always have the most of it. */
const BUDGET_SHARE = 0.25;

export function historyConfig(
  env: {
    readonly RAPPORT_HISTORY: HistoryConfig['kind'];
    readonly RAPPORT_HISTORY_DAYS: number;
    readonly RAPPORT_HISTORY_MB: number;
  },
  { budgetBytes }: Pick<StorageConfig, 'budgetBytes'>,
): HistoryConfig {
  return {
    kind: env.RAPPORT_HISTORY,
    keepMs: env.RAPPORT_HISTORY_DAYS * DAY_MS,
    maxBytes: Math.min(env.RAPPORT_HISTORY_MB * MIB, budgetBytes * BUDGET_SHARE),
  };
}
