import { randomBytes } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Viewer } from '../accounts/viewer.ts';
import { slugOf } from '../vehicles/vehicle-title.ts';
import { dealershipRead } from './dealership-read.ts';
import type { RootField, RootRead } from './root-read.ts';
import { selectedFields, type SelectedField, type Variables } from './selection.ts';
import { createStatement, Late, NotCovered, type Statement } from './statement.ts';
import { createWrittenOnce, openVariables, type Given } from './written-once.ts';
import { vehicleList } from './vehicle-list-read.ts';
import { vehicleRead } from './vehicle-read.ts';

const ROOT_FIELDS: Readonly<Record<string, RootField>> = {
  vehicle: vehicleRead,
  vehicles: vehicleList,
  dealership: dealershipRead,
};

export interface ReadsOptions {
  schema: GraphQLSchema;
  /** Runs one statement for a viewer; the rows have texts alone. */
  query(text: string, values: unknown[], viewer: Viewer): Promise<(string | null)[][]>;
  /** Goes before the key of a rendition in its public address. */
  mediaBase(): string;
  /** The cursor of everything that a snapshot with this `xmin` saw. */
  cursorAt(xmin: string): string;
}

/** Answers queries with the JSON that Postgres makes: one statement for each root field, none of it executed field by field. */
export interface Reads {
  /**
   * Reads the operation's data as JSON, for coerced variables. Null when it is
   * not covered, or is an error: then whoever executes it field by field tells.
   */
  read(
    operation: ReadOperation,
    variables: Variables,
    viewer: Viewer,
  ): (() => Promise<ReadAnswer>) | null;
  /** Null for what can never be covered. The document is valid. */
  prepare(document: DocumentNode, operation: OperationDefinitionNode): ReadOperation | null;
}

export interface ReadAnswer {
  /** JSON, of several lines where Postgres breaks them. */
  data: string;
  /** Of the one vehicle that it is about, where it is about one. */
  vehicleId: string | null;
}

export interface ReadOperation {
  id: number;
  fields(variables: Variables): readonly SelectedField[];
  /** Of variables that no statement depends on: their values are all that differs. */
  open: readonly string[];
}

/** A root field as it is written for all who ask alike; a text is an answer that need not be read. */
interface Written {
  key: string;
  read: string | { root: RootRead; statement: Statement; text: string };
}

export function createReads({ schema, query, mediaBase, cursorAt }: ReadsOptions): Reads {
  let prepared = 0;
  const base = new Late(() => mediaBase());
  const mark = randomBytes(18).toString('base64url');
  const writtenOnce = createWrittenOnce<readonly Written[]>();

  function writeField({ key, name, ...field }: SelectedField, given: Given): Written {
    if (name === '__typename') return { key, read: '"Query"' };
    const root = ROOT_FIELDS[name];
    if (!root) throw new NotCovered();
    const statement = createStatement({ ...given, mediaBase: base, mark });
    const read = root({ key, name, ...field }, statement);
    const text = statement.hasCursor ? withSnapshot(read.text) : read.text;
    return { key, read: { root: read, statement, text } };
  }

  const marked = new RegExp(`"${mark}((?:[^"\\\\]|\\\\.)+)"`, 'g');
  const withSlugs = (json: string) =>
    json.replace(marked, (_, title: string) =>
      JSON.stringify(slugOf(JSON.parse(`"${title}"`) as string)),
    );

  async function run(
    { root, statement, text }: Exclude<Written['read'], string>,
    values: unknown[],
    viewer: Viewer,
  ): Promise<ReadAnswer> {
    const { hasCursor } = statement;
    const found = await query(text, values, viewer);
    const rows = hasCursor ? found.map((row) => row.slice(1)) : found;
    const written = root.toJson(rows);
    const json = statement.hasSlug ? withSlugs(written) : written;
    return {
      data: hasCursor ? json.replaceAll(mark, cursorAt(found[0]?.[0] ?? '0')) : json,
      vehicleId: root.vehicleId?.(rows) ?? null,
    };
  }

  return {
    prepare(document, operation) {
      if (operation.operation !== 'query') return null;
      const open = openVariables(document);
      if (isConditional(document)) {
        const fields = (variables: Variables) =>
          selectedFields(schema, document, operation, variables);
        return { id: prepared++, fields, open };
      }
      const roots = selectedFields(schema, document, operation, {});
      const isCovered = roots.every(
        ({ name }) => name === '__typename' || Object.hasOwn(ROOT_FIELDS, name),
      );
      return isCovered ? { id: prepared++, fields: () => roots, open } : null;
    },

    read(operation, variables, viewer) {
      try {
        const asked = { variables, viewer };
        const written = writtenOnce(operation.id, operation.open, asked, (given) =>
          operation.fields(given.variables).map((field) => writeField(field, given)),
        );
        const runs = written.map(({ key, read }) => {
          if (typeof read === 'string')
            return { key, run: () => Promise.resolve({ data: read, vehicleId: null }) };
          const values = read.statement.valuesFor(asked);
          return { key, run: () => run(read, values, viewer) };
        });
        return async () => {
          const found = await Promise.all(runs.map((each) => each.run()));
          const parts = runs.map(({ key }, index) => `"${key}":${found[index]?.data}`);
          const [only] = found;
          return {
            data: `{${parts.join(',')}}`,
            vehicleId: found.length === 1 && only ? only.vehicleId : null,
          };
        };
      } catch (error) {
        if (error instanceof NotCovered || error instanceof GraphQLError) return null;
        throw error;
      }
    },
  };
}

/** Beside what a statement finds, also when that is nothing, which transactions it saw. */
function withSnapshot(text: string): string {
  return `select pg_snapshot_xmin(pg_current_snapshot())::text xmin, found.* from (select) one left join (${text}) found on true`;
}

/** Whether variables decide which fields are left out. */
function isConditional(document: DocumentNode): boolean {
  let conditional = false;
  visit(document, {
    Directive: ({ arguments: args }) => {
      if (args?.some(({ value }) => value.kind === Kind.VARIABLE)) conditional = true;
    },
  });
  return conditional;
}
