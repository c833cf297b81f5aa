import { createHash } from 'node:crypto';

/** Of different statements that are kept prepared on each connection. */
const limit = 500;
const names = new Map<string, string>();

/**
 * The name under which a statement is prepared once for each connection. Beyond
 * the first 500 the answer is '', which leaves a statement unprepared: lists
 * of any length make any number of statements.
 */
export function statementName({ sql }: { sql: string }): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  if (names.size >= limit) return '';
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
  names.set(sql, name);
  return name;
}
