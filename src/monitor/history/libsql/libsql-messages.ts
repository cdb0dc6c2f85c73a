import type { SqlRow, SqlStatement, SqlValue } from '../sql/sql';

export interface LibsqlSettings {
  readonly path: string;
}

export type ToLibsql = { readonly id: number } & (
  | { readonly type: 'all'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly type: 'transaction'; readonly statements: readonly SqlStatement[] }
  | { readonly type: 'close' }
);

/** `id` 0: of the opening. */
export interface FromLibsql {
  readonly id: number;
  readonly rows?: readonly SqlRow[];
  readonly error?: string;
}
