import { RapportError } from '@rapport-live/protocol';
import { z } from 'zod';
import { choice, integer, optional, type Setting } from './setting';
import type { StorageConfig } from './storage-settings';

const POSTGRES_URL = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE of a PostgreSQL with pgvector';
const isPostgresUrl = (value: string): boolean =>
  URL.canParse(value) && ['postgres:', 'postgresql:'].includes(new URL(value).protocol);

/** Past conversations, to be listed and searched; docs/history.md shows them. */
export const HISTORY_SETTINGS = {
  RAPPORT_HISTORY: {
    schema: choice(['file', 'postgres', 'off'], 'file'),
    shownDefault: 'file',
    purpose:
      'where conversations are kept to be listed and searched: `file`: in the data folder; `postgres`: at RAPPORT_HISTORY_URL; `off`: nowhere',
  },
  RAPPORT_HISTORY_URL: {
    schema: z.preprocess(optional, z.string().refine(isPostgresUrl, { error: POSTGRES_URL }).optional()),
    shownDefault: '',
    purpose: `with \`postgres\`: ${POSTGRES_URL}`,
    secret: 'VALUE',
  },
  RAPPORT_HISTORY_DAYS: {
    schema: integer(1, 36_500, 30),
    shownDefault: '30',
    purpose: 'conversations that ended so many days ago are removed from the history',
  },
  RAPPORT_HISTORY_MB: {
    schema: integer(16, 100_000_000, 512),
    shownDefault: '512',
    purpose:
      'with `file`: beyond this, MiB, the oldest conversations are removed; at most a quarter of RAPPORT_DISK_BUDGET_MB',
  },
} as const satisfies Record<string, Setting>;

export type HistoryConfig = HistoryBounds &
  (
    | { readonly kind: 'file' | 'off' }
    /** `url`: with its password. */
    | { readonly kind: 'postgres'; readonly url: string }
  );

interface HistoryBounds {
  /** Conversations that ended longer ago are removed. */
  readonly keepMs: number;
  /** Of a file. */
  readonly maxBytes: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3600_000;

/** Of the budget of the disk at most, so that results always have the most of it. */
const BUDGET_SHARE = 0.25;

/** Throws RapportError `config_invalid`, which never repeats the URL. */
export function historyConfig(
  env: {
    readonly RAPPORT_HISTORY: HistoryConfig['kind'];
    readonly RAPPORT_HISTORY_URL?: string | undefined;
    readonly RAPPORT_HISTORY_DAYS: number;
    readonly RAPPORT_HISTORY_MB: number;
  },
  { budgetBytes }: Pick<StorageConfig, 'budgetBytes'>,
): HistoryConfig {
  const { RAPPORT_HISTORY: kind, RAPPORT_HISTORY_URL: url } = env;
  const bounds = {
    keepMs: env.RAPPORT_HISTORY_DAYS * DAY_MS,
    maxBytes: Math.min(env.RAPPORT_HISTORY_MB * MIB, budgetBytes * BUDGET_SHARE),
  };
  if (kind === 'postgres' && url !== undefined) return { kind, url, ...bounds };
  if (kind === 'postgres') throw invalid(`RAPPORT_HISTORY: postgres goes with RAPPORT_HISTORY_URL, ${POSTGRES_URL}`);
  if (url !== undefined) throw invalid('RAPPORT_HISTORY_URL: goes with RAPPORT_HISTORY=postgres');
  return { kind, ...bounds };
}

const invalid = (why: string) => new RapportError('config_invalid', `Setting not usable: ${why}.`);
