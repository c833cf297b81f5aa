import { createHash } from 'node:crypto';

/** Of different statements that are named in one span of time. */
const LIMIT = 500;
/** Connections last as long: what they have prepared goes with them. */
export const SPAN_SECONDS = 600;

let names = new Map<string, string>();
let begun = performance.now();

/**
 * The name under which a statement is prepared once for each connection. Beyond
 * the first 500 of ten minutes the answer is '', which leaves a statement
 * unprepared: lists of any length make any number of statements, and so does
 * whoever asks for odd selections. A statement has the same name each time.
 */
export function statementName({ sql }: { sql: string }): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  if (names.size >= LIMIT) {
    if (performance.now() - begun < SPAN_SECONDS * 1_000) return '';
    names = new Map();
    begun = performance.now();
  }
  const name = createHash('sha256').update(sql).digest('base64url').slice(0, 22);
  names.set(sql, name);
  return name;
}
