export type SqlValue = string | number | null | Uint8Array;

/** `?` stands for a value, in order. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A database as history uses it: rows of one statement, or several statements of which all or none take effect. */
export interface SqlConnection {
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  transaction(statements: readonly SqlStatement[]): Promise<void>;
  close(): Promise<void>;
}
