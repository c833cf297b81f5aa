import { mediaArray, mediaObject } from './media-columns.ts';
import type { SelectedField } from './selection.ts';
import {
  columnList,
  jsonList,
  jsonObject,
  NotCovered,
  type Columns,
  type Statement,
} from './statement.ts';
import { visibleRows } from './visible.ts';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;
const CURSOR = /^GPC:S:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function idOfCursor(cursor: string): string {
  const id = CURSOR.exec(Buffer.from(cursor, 'base64').toString('latin1'))?.[1];
  if (id === undefined) throw new NotCovered();
  return id;
}

interface MediaFilter {
  kind?: string | null;
  status?: readonly string[] | null;
  groupKey?: string | null;
  tag?: string | null;
}

/** What comes after the columns of the media of a vehicle that a viewer may see. */
function mediaFrom(
  vehicle: string,
  row: string,
  statement: Statement,
  filter?: MediaFilter | null,
) {
  const conditions = [
    visibleRows('media', row, statement),
    `${row}.vehicle_id = ${vehicle}.id`,
    filter?.kind && `${row}.kind = ${statement.value(filter.kind, '"MediaKind"')}`,
    filter?.status && `${row}.status = any(${statement.value(filter.status, '"MediaStatus"[]')})`,
    filter?.groupKey != null && `${row}.group_key = ${statement.value(filter.groupKey, 'text')}`,
    filter?.tag != null && `${row}.tags @> array[${statement.value(filter.tag, 'text')}]`,
  ];
  return `from media ${row} where ${conditions.filter(Boolean).join(' and ')}`;
}

const galleryOrder = (row: string) => `order by ${row}.position, ${row}.id`;

/** The first media of a vehicle that a viewer may see. */
export function heroMedia(vehicle: string, field: SelectedField, statement: Statement): string {
  const row = statement.row();
  const object = mediaObject(row, field, statement);
  return `(select ${object} ${mediaFrom(vehicle, row, statement)} ${galleryOrder(row)} limit 1)`;
}

/** A page of the media of a vehicle. It is covered forwards; backwards is for whoever executes field by field. */
export function mediaPage(vehicle: string, field: SelectedField, statement: Statement): string {
  const { first, after, last, before, filter } = field.args(statement.variables) as {
    first?: number | null;
    after?: string | null;
    last?: number | null;
    before?: string | null;
    filter?: MediaFilter | null;
  };
  const size = first ?? DEFAULT_SIZE;
  if (last != null || before != null || size < 1 || size > MAX_SIZE) throw new NotCovered();
  const fields = field.of['VehicleMediaConnection'] ?? [];
  // Nothing would be read; Postgres refuses values that nothing uses.
  if (fields.every(({ name }) => name === '__typename')) throw new NotCovered();

  const row = statement.row();
  let from = mediaFrom(vehicle, row, statement, filter);
  if (after != null) {
    const start = statement.row();
    from += ` and (${row}.position, ${row}.id) >= (select ${start}.position, ${start}.id from media ${start}
      where ${start}.id = ${statement.argument(after, 'uuid', idOfCursor)} and ${start}.vehicle_id = ${vehicle}.id and ${visibleRows('media', start, statement)})`;
  }
  const page = (more: number) =>
    `${galleryOrder(row)} limit ${statement.value(size + more, 'int')}${after == null ? '' : ' offset 1'}`;

  if (fields.every(({ name }) => name === 'nodes' || name === '__typename')) {
    const nodesOnly: Columns = {
      nodes: (_, nodes) => mediaArray(row, nodes, statement, `${from} ${page(0)}`),
    };
    return jsonObject(columnList('VehicleMediaConnection', nodesOnly, row, field, statement));
  }

  const found = statement.row();
  const all = statement.row();
  const onEach: string[] = [];
  const onAll: string[] = [];
  /** A list that is made of the rows of the page. */
  const listed = (expression: string): string => {
    const name = `c${onEach.length}`;
    onEach.push(`${expression} ${name}`);
    onAll.push(
      `${jsonList(`${found}.${name}`, `order by ${found}.n`, `filter (where ${found}.n <= ${statement.value(size, 'int')})`)} ${name}`,
    );
    return `${all}.${name}`;
  };
  const cursor = `encode(('GPC:S:' || ${row}.id)::bytea, 'base64')`;
  const columns: Columns = {
    nodes: (_, nodes) => listed(mediaObject(row, nodes, statement)),
    edges: (_, edges) =>
      listed(
        jsonObject(
          columnList(
            'VehicleMediaConnectionEdge',
            { cursor: () => cursor, node: (__, node) => mediaObject(row, node, statement) },
            row,
            edges,
            statement,
          ),
        ),
      ),
    pageInfo: (_, info) =>
      jsonObject(
        columnList(
          'PageInfo',
          {
            hasNextPage: () => `${all}.found > ${statement.value(size, 'int')}`,
            hasPreviousPage: () => String(after != null),
            startCursor: () => `${all}.first_cursor`,
            endCursor: () => `${all}.last_cursor`,
          },
          all,
          info,
          statement,
        ),
      ),
    totalCount: () => {
      const counted = statement.row();
      return `(select count(*) ${mediaFrom(vehicle, counted, statement, filter)})`;
    },
  };
  const list = columnList('VehicleMediaConnection', columns, all, field, statement);
  const limit = statement.value(size, 'int');
  return jsonObject(
    list,
    `from (select count(*) found,
        min(${found}.cursor) filter (where ${found}.n = 1) first_cursor,
        min(${found}.cursor) filter (where ${found}.n = least(${limit}, ${found}.total)) last_cursor
        ${onAll.map((column) => `, ${column}`).join('')}
      from (select *, row_number() over () n, count(*) over () total from
        (select ${cursor} cursor ${onEach.map((column) => `, ${column}`).join('')} ${from} ${page(1)}) page) ${found}) ${all}`,
  );
}
