/** `?` as PostgreSQL has it: `$1`, `$2`, in order. Statements of ours have no other question mark. */
export function numbered(sql: string): string {
  let place = 0;
  return sql.replaceAll('?', () => `$${(place += 1)}`);
}
