import type { SelectedField } from './selection.ts';
import type { Statement } from './statement.ts';

export type Rows = readonly (readonly (string | null)[])[];

/** A root field as one SQL statement. */
export interface RootRead {
  text: string;
  /** The field's value as JSON in one line; the rows have texts alone. */
  toJson(rows: Rows): string;
  /** Of the one vehicle that it is about, where it is about one. */
  vehicleId?(rows: Rows): string | null;
}

/** A root field in SQL. */
export type RootField = (field: SelectedField, statement: Statement) => RootRead;

/** Postgres breaks the line between the objects of an array; within a text a line break is escaped. */
export function oneLine(json: string): string {
  return json.replaceAll(', \n ', ',');
}
