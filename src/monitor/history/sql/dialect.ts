import type { SqlConnection, SqlStatement, SqlValue } from './sql';

/** Where the two databases differ. `?` stands for a value in all of it. */
export interface SqlDialect {
  /** Statements that make the tables of a format version from those of the version before; the first from nothing. */
  readonly migrations: readonly (readonly string[])[];
  /** A vector as a value, and the expression that takes it. */
  vector(values: Float32Array): SqlValue;
  readonly vectorPlace: string;
  readVector(value: SqlValue): Float32Array;
  /** Cosine distance of a column from a value, 0 to 2. */
  distance(column: string): string;
  /** The words of an utterance, beside its row. */
  keepWords(eventId: string, text: string): readonly SqlStatement[];
  forgetWords(tenant: string, sessionId: string): readonly SqlStatement[];
  /** Joins `u` (utterances) with what is asked, and gives a rank that is higher the better it fits. */
  matching(words: readonly string[]): {
    readonly join: string;
    readonly rank: string;
    readonly values: readonly SqlValue[];
  };
  /** Gives one row with `bytes`; absent: another's disk. */
  readonly bytes?: string;
  /** After rows were deleted: nothing of them is left in the files. Absent: that is the business of who runs the server. */
  scrub?(connection: SqlConnection): Promise<void>;
}
