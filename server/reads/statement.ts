import type { Viewer } from '../accounts/viewer.ts';
import type { SelectedField, Variables } from './selection.ts';

/** The statement cannot say it, or the answer is an error: whoever executes the document field by field does. */
export class NotCovered extends Error {
  override readonly name = 'NotCovered';
}

/** Who asks for it, and with what. */
export interface Asked {
  readonly variables: Variables;
  readonly viewer: Viewer;
}

/** A value that is found each time the statement runs. May throw {@link NotCovered}. */
export class Late {
  readonly of: (asked: Asked) => unknown;

  constructor(of: (asked: Asked) => unknown) {
    this.of = of;
  }
}

/** Stands for a variable in a statement that is written for any value of it. */
export class OpenVariable {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a statement that is written once may know of whoever asks. */
export interface Audience {
  readonly kind: Viewer['kind'];
  /** Whether it may see what is not published. */
  readonly reads: boolean;
}

/** What an SQL statement that reads for somebody is written with. */
export interface Statement {
  readonly audience: Audience;
  /** Those that are open are {@link OpenVariable}s. */
  readonly variables: Variables;
  /** Goes before the key of a rendition in its public address. */
  readonly mediaBase: Late;
  /** A text that nobody can guess: stands in the JSON for what Node puts there. */
  readonly mark: string;
  /** Whether the mark stands for the feed position of its snapshot. */
  hasCursor: boolean;
  /** Whether titles come behind the mark that Node makes slugs of. */
  hasSlug: boolean;
  /** The placeholder of a value, with its type. */
  value(value: unknown, type: string): string;
  /** That of what an argument means, which may be an open variable. */
  argument<Given>(argument: Given, type: string, meaning: (given: Given) => unknown): string;
  /** A new name for a row. */
  row(): string;
  /** What the placeholders stand for this time. */
  valuesFor(asked: Asked): unknown[];
}

export function createStatement(
  given: Pick<Statement, 'audience' | 'variables' | 'mediaBase' | 'mark'>,
): Statement {
  const values: unknown[] = [];
  const known = new Map<string, Map<unknown, string>>();
  let rows = 0;
  const value: Statement['value'] = (each, type) => {
    let ofType = known.get(type);
    if (!ofType) known.set(type, (ofType = new Map()));
    let placeholder = ofType.get(each);
    if (placeholder === undefined) {
      values.push(each);
      ofType.set(each, (placeholder = `$${values.length}::${type}`));
    }
    return placeholder;
  };
  return {
    ...given,
    hasCursor: false,
    hasSlug: false,
    value,
    argument(argument, type, meaning) {
      if (!(argument instanceof OpenVariable)) return value(meaning(argument), type);
      const { name } = argument;
      return value(new Late(({ variables }) => meaning(variables[name] as typeof argument)), type);
    },
    row: () => `r${rows++}`,
    valuesFor: (asked) => values.map((each) => (each instanceof Late ? each.of(asked) : each)),
  };
}

/** What a field is in SQL, of the row with that name. */
export type Column = (row: string, field: SelectedField, statement: Statement) => string;

export type Columns = Readonly<Record<string, Column>>;

/** Postgres cuts longer names off. */
const MAX_NAME = 63;
/** A row of a statement has at most 1,664. */
const MAX_COLUMNS = 500;

/** `select` list of an object: its fields under their names in the answer. */
export function columnList(
  type: string,
  columns: Columns,
  row: string,
  field: SelectedField,
  statement: Statement,
): string {
  const fields = field.of[type] ?? [];
  if (fields.length > MAX_COLUMNS) throw new NotCovered();
  let list = '';
  for (const each of fields) {
    const column = Object.hasOwn(columns, each.name) ? columns[each.name] : undefined;
    if (each.key.length > MAX_NAME) throw new NotCovered();
    if (list) list += ', ';
    if (each.name === '__typename') list += `'${type}'`;
    else if (column) list += column(row, each, statement);
    else throw new NotCovered();
    list += ` "${each.key}"`;
  }
  return list;
}

/** An object as JSON. `from` is what comes after its columns, if they are of rows of its own. */
export function jsonObject(list: string, from = ''): string {
  return `(select row_to_json(x) from (select ${list} ${from}) x)`;
}

/** Rows as a JSON array. */
export function jsonArray(list: string, from: string): string {
  return `(select coalesce(json_agg(x), '[]') from (select ${list} ${from}) x)`;
}

/** Objects that are JSON already as a JSON array; `json_agg` would write a space between them. */
export function jsonList(object: string, order = '', filter = ''): string {
  return `('[' || coalesce(string_agg(${object}::text, ',' ${order}) ${filter}, '') || ']')::json`;
}

/** Of the ids of rows, as clients know them, without the padding. */
const ID_LENGTH = { Vehicle: 59, Media: 56, Dealership: 63 };

/** The id of a row, as clients know it: of these texts, base64 and base64url are the same. */
export function nodeId(kind: keyof typeof ID_LENGTH, row: string): string {
  const encoded = `encode(('${kind}:' || ${row}.id)::bytea, 'base64')`;
  return ID_LENGTH[kind] % 4 === 0 ? encoded : `left(${encoded}, ${ID_LENGTH[kind]})`;
}

/** A moment as ISO 8601 has it. */
export function moment(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
