export type SqlValue = string | number | null | Uint8Array;

/** What somebody typed, as a database can have it: libSQL reads a text up to its first NUL, PostgreSQL takes none (its manual, 8.3). */
export const withoutNul = (text: string): string => text.replaceAll('\0', '\uFFFD');

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
  /** A transaction of statements that follow from each other; of those that ask for one, in whatever process, one at a time has it. */
  alone<T>(work: (db: Pick<SqlConnection, 'all'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
