import { searchWords, type VehicleFilter } from '../vehicles/vehicle-filter.ts';
import {
  NEVER_NULL,
  readCursor,
  readPage,
  writeCursor,
  type PageArguments,
  type VehicleSort,
  type VehicleSortKey,
} from '../vehicles/vehicle-page.ts';
import { oneLine, type RootRead } from './root-read.ts';
import type { SelectedField } from './selection.ts';
import { columnList, jsonObject, moment, NotCovered, type Statement } from './statement.ts';
import { vehicleColumns } from './vehicle-columns.ts';
import { visibleRows } from './visible.ts';

interface SortColumn {
  name: string;
  type: string;
  /** The value as cursors have it. */
  inCursor(row: string): string;
  isNumber?: true;
  /** The value of a cursor as the column has it; null for one that it cannot have. */
  ofCursor?(value: string): string | null;
}

/** In the column of prices to sort by, which has whole cents. */
function cents(price: string): string | null {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(price) ?? [];
  return whole === undefined ? null : String(BigInt(whole + part.padEnd(2, '0')));
}

const SORT_COLUMNS: Record<VehicleSortKey, SortColumn> = {
  CREATED_AT: {
    name: 'created_at',
    type: 'timestamptz',
    inCursor: (row) => moment(`${row}.created_at`),
  },
  UPDATED_AT: {
    name: 'updated_at',
    type: 'timestamptz',
    inCursor: (row) => moment(`${row}.updated_at`),
  },
  PRICE: {
    name: 'price_cents',
    type: 'bigint',
    inCursor: (row) => `trim_scale(${row}.price_amount)::text`,
    ofCursor: cents,
  },
  YEAR: { name: 'year', type: 'int', inCursor: (row) => `${row}.year::text`, isNumber: true },
  MILEAGE: {
    name: 'mileage',
    type: 'int',
    inCursor: (row) => `${row}.mileage::text`,
    isNumber: true,
  },
  STOCK_NUMBER: { name: 'stock_number', type: 'text', inCursor: (row) => `${row}.stock_number` },
};

/** The vehicles on all pages. */
function listed(row: string, statement: Statement, filter: VehicleFilter): string {
  const { value } = statement;
  const conditions = [
    visibleRows('vehicles', row, statement),
    ...searchWords(filter).map((word) => `${row}.search_text like ${value(`%${word}%`, 'text')}`),
    filter.status && `${row}.status = any(${value(filter.status, '"VehicleStatus"[]')})`,
    filter.condition &&
      `${row}.condition = any(${value(filter.condition, '"VehicleCondition"[]')})`,
    filter.make &&
      `lower(${row}.make) in (select lower(make) from unnest(${value(filter.make, 'text[]')}) make)`,
    filter.yearMin != null && `${row}.year >= ${value(filter.yearMin, 'int')}`,
    filter.yearMax != null && `${row}.year <= ${value(filter.yearMax, 'int')}`,
    filter.withoutMedia != null &&
      `${filter.withoutMedia ? 'not ' : ''}${hasMedia(row, statement)}`,
    filter.updatedAfter && `${row}.updated_at > ${value(filter.updatedAfter, 'timestamptz')}`,
  ];
  return conditions.filter(Boolean).join(' and ');
}

function hasMedia(vehicle: string, statement: Statement): string {
  const row = statement.row();
  return `exists (select from media ${row} where ${row}.vehicle_id = ${vehicle}.id and ${visibleRows('media', row, statement)})`;
}

/** Reads what it is given once more only when that is another text. */
function lastOf<Read>(read: (given: string) => Read): (given: string) => Read {
  let last: { given: string; found: Read } | undefined;
  return (given) => {
    if (last?.given !== given) last = { given, found: read(given) };
    return last.found;
  };
}

/** The vehicles beyond a cursor: of one range of an index, or of two. */
function beyond(
  row: string,
  cursor: string,
  sort: VehicleSort,
  before: boolean,
  statement: Statement,
): readonly string[] {
  const { name, type, ofCursor } = SORT_COLUMNS[sort.by];
  const cursorOf = lastOf((given: string) => readCursor(given, sort));
  const value = statement.argument(cursor, type, (given) => {
    const read = cursorOf(given);
    const found = read.value !== null && ofCursor ? ofCursor(String(read.value)) : read.value;
    // Where those without the value begin is for whoever executes field by field.
    if (found === null) throw new NotCovered();
    return found;
  });
  const id = statement.argument(cursor, 'uuid', (given) => cursorOf(given).id);
  const past = (sort.direction === 'ASC') === before ? '<' : '>';
  const rows = `(${row}.${name}, ${row}.id) ${past} (${value}, ${id})`;
  return NEVER_NULL.includes(sort.by) || before ? [rows] : [rows, `${row}.${name} is null`];
}

type Row = readonly (string | null)[];

/** A page of the vehicles that a viewer may see; Node puts it together, so that each vehicle is written once. */
export function vehicleList(field: SelectedField, statement: Statement): RootRead {
  const {
    filter,
    sort: asked,
    ...args
  } = field.args(statement.variables) as PageArguments & {
    filter?: VehicleFilter | null;
    sort?: VehicleSort | null;
  };
  const page = readPage(args, asked);
  const { size, backwards, ascending, sort } = page;
  const { name, inCursor, isNumber } = SORT_COLUMNS[sort.by];

  const row = statement.row();
  const where = [listed(row, statement, filter ?? {})];
  if (args.before != null) where.push(...beyond(row, args.before, sort, true, statement));
  const ranges = args.after == null ? ['true'] : beyond(row, args.after, sort, false, statement);
  const direction = ascending ? 'asc' : 'desc';
  const nulls = NEVER_NULL.includes(sort.by) ? '' : ` nulls ${backwards ? 'first' : 'last'}`;
  const order = `${row}.${name} ${direction}${nulls}, ${row}.id ${direction}`;

  const columns = [inCursor(row), `${row}.id`];
  /** The index of a column, which others may have asked for. */
  const columnOf = (expression: string): number => {
    const known = columns.indexOf(expression);
    return known >= 0 ? known : columns.push(expression) - 1;
  };
  const nodeOf = (node: SelectedField) =>
    columnOf(`${jsonObject(columnList('Vehicle', vehicleColumns, row, node, statement))}::text`);

  const cursorOf = ([value = null, id]: Row): string =>
    `"${writeCursor(isNumber && value !== null ? Number(value) : value, id ?? '', sort)}"`;
  const parts = partsOf<Found>(field, 'VehicleConnection', (each) => {
    switch (each.name) {
      case 'nodes': {
        const column = nodeOf(each);
        return ({ rows }) => listOf(rows, (vehicle) => oneLine(vehicle[column] ?? 'null'));
      }
      case 'edges': {
        const edge = partsOf(each, 'VehicleEdge', (part) => {
          if (part.name === 'cursor') return cursorOf;
          if (part.name !== 'node') throw new NotCovered();
          const column = nodeOf(part);
          return (vehicle: Row) => oneLine(vehicle[column] ?? 'null');
        });
        return ({ rows }) => listOf(rows, edge);
      }
      case 'pageInfo':
        return partsOf(each, 'PageInfo', (part) => {
          switch (part.name) {
            case 'hasNextPage':
              return ({ more }) => String(backwards ? args.before != null : more);
            case 'hasPreviousPage':
              return ({ more }) => String(backwards ? more : args.after != null);
            case 'startCursor':
              return ({ rows }) => (rows[0] ? cursorOf(rows[0]) : 'null');
            case 'endCursor':
              return ({ rows }) => (rows.length > 0 ? cursorOf(rows.at(-1) as Row) : 'null');
            default:
              throw new NotCovered();
          }
        });
      case 'totalCount':
        return ({ total }) => total;
      default:
        throw new NotCovered();
    }
  });

  const first = `order by ${order} limit ${statement.value(size + 1, 'int')}`;
  const inRange = ranges.map(
    (range) => `select * from vehicles ${row} where ${[...where, range].join(' and ')} ${first}`,
  );
  // Each range is read through the index; one condition for both would not be.
  const found =
    inRange.length === 1
      ? inRange[0]
      : `select * from (${inRange.map((each) => `(${each})`).join(' union all ')}) ${row} ${first}`;
  const vehicles = `select ${columns.map((column, index) => `${column} c${index}`).join(', ')}
    from (${found}) ${row}`;
  const isCounted = (field.of['VehicleConnection'] ?? []).some(({ name }) => name === 'totalCount');
  const counted = statement.row();
  return {
    // A page without vehicles has a count all the same.
    text: isCounted
      ? `select page.*, (select count(*) from vehicles ${counted} where ${listed(counted, statement, filter ?? {})})
          from (select) one left join (${vehicles}) page on true`
      : vehicles,
    toJson(found) {
      const total = found[0]?.at(-1) ?? '0';
      const present = found.filter(([, id]) => id !== null);
      const rows = present.slice(0, size);
      if (backwards) rows.reverse();
      return parts({ rows, more: present.length > size, total });
    },
  };
}

interface Found {
  rows: readonly Row[];
  more: boolean;
  total: string;
}

/** An object whose fields Node writes. */
function partsOf<From>(
  field: SelectedField,
  type: string,
  partOf: (field: SelectedField) => (from: From) => string,
): (from: From) => string {
  const parts = (field.of[type] ?? []).map((each): [string, (from: From) => string] => [
    `"${each.key}":`,
    each.name === '__typename' ? () => `"${type}"` : partOf(each),
  ]);
  return (from) => {
    let json = '';
    for (const [key, write] of parts) json += (json === '' ? '{' : ',') + key + write(from);
    return json === '' ? '{}' : `${json}}`;
  };
}

/** Put together text by text: what comes of it is copied once, when it is sent. */
function listOf(rows: readonly Row[], write: (row: Row) => string): string {
  let json = '';
  for (const row of rows) json += (json === '' ? '[' : ',') + write(row);
  return json === '' ? '[]' : `${json}]`;
}
