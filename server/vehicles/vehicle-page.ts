import type { Prisma } from '../../generated/prisma/client.ts';
import { topLevelError } from '../graphql/top-level-error.ts';

export type VehicleSortKey =
  | 'CREATED_AT'
  | 'UPDATED_AT'
  | 'PRICE'
  | 'YEAR'
  | 'MILEAGE'
  | 'STOCK_NUMBER';

export interface VehicleSort {
  by: VehicleSortKey;
  direction: 'ASC' | 'DESC';
}

export interface PageArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

const COLUMNS = {
  CREATED_AT: 'createdAt',
  UPDATED_AT: 'updatedAt',
  PRICE: 'priceAmount',
  YEAR: 'year',
  MILEAGE: 'mileage',
  STOCK_NUMBER: 'stockNumber',
} as const;
/** Every vehicle has it. */
export const NEVER_NULL: readonly VehicleSortKey[] = ['CREATED_AT', 'UPDATED_AT'];
const NEWEST_FIRST: VehicleSort = { by: 'CREATED_AT', direction: 'DESC' };
const DEFAULT_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** Rows of one page: how many, whether from the end, and where after or before. */
export interface VehiclePage extends Pick<PageSize, 'size' | 'sort' | 'backwards'> {
  where: Prisma.VehicleWhereInput;
  orderBy: Prisma.VehicleOrderByWithRelationInput[];
}

/** Refuses page sizes beyond 1 to {@link MAX_PAGE_SIZE}. */
export function checkPageSize(page: PageArguments): void {
  for (const name of ['first', 'last'] as const) {
    const size = page[name];
    if (size != null && (size < 1 || size > MAX_PAGE_SIZE)) {
      throw topLevelError(
        'BAD_USER_INPUT',
        `${name} is ${size}. Ask for 1 to ${MAX_PAGE_SIZE} at a time.`,
      );
    }
  }
  if (page.first != null && page.last != null) {
    throw topLevelError('BAD_USER_INPUT', 'Ask for first or for last, not for both.');
  }
}

/** How many vehicles a page has, and how they are sorted. */
export interface PageSize {
  size: number;
  sort: VehicleSort;
  /** The rows come in reverse: `last` was asked for. */
  backwards: boolean;
  /** Whether the rows as they come rise. */
  ascending: boolean;
}

/** 20 of the newest unless said otherwise. Refuses sizes that no page has. */
export function readPage(page: PageArguments, sort?: VehicleSort | null): PageSize {
  checkPageSize(page);
  const { by, direction } = sort ?? NEWEST_FIRST;
  const backwards = page.last != null || (page.before != null && page.first == null);
  return {
    size: page.first ?? page.last ?? DEFAULT_SIZE,
    sort: { by, direction },
    backwards,
    ascending: (direction === 'ASC') !== backwards,
  };
}

/**
 * A page by key, not by offset: the rows beyond a cursor are found through the
 * index of the sort order, so that a list by time costs the same on page 400 as on page 1.
 */
export function vehiclePage(page: PageArguments, asked?: VehicleSort | null): VehiclePage {
  const { size, sort, backwards, ascending } = readPage(page, asked);
  const column = COLUMNS[sort.by];
  const nullable = !NEVER_NULL.includes(sort.by);
  const direction = ascending ? 'asc' : 'desc';
  // Vehicles without the value come last, whichever way it is sorted.
  const order = nullable
    ? ({ sort: direction, nulls: backwards ? 'first' : 'last' } as const)
    : direction;
  const limits = [
    page.after != null && beyond(page.after, sort, sort.direction === 'ASC', false),
    page.before != null && beyond(page.before, sort, sort.direction !== 'ASC', true),
  ].filter((limit) => limit !== false);
  return {
    size,
    sort,
    backwards,
    where: { AND: limits },
    orderBy: [{ [column]: order }, { id: direction }],
  };
}

type SortedRow = Pick<
  Prisma.VehicleGetPayload<object>,
  'id' | 'createdAt' | 'updatedAt' | 'priceAmount' | 'year' | 'mileage' | 'stockNumber'
>;

export function vehicleCursor(row: SortedRow, sort: VehicleSort): string {
  return writeCursor(row[COLUMNS[sort.by]], row.id, sort);
}

export function writeCursor(value: unknown, id: string, sort: VehicleSort): string {
  return Buffer.from(JSON.stringify([sort.by, value, id])).toString('base64url');
}

function beyond(
  cursor: string,
  sort: VehicleSort,
  ascending: boolean,
  before: boolean,
): Prisma.VehicleWhereInput {
  const { value, id } = readCursor(cursor, sort);
  const column = COLUMNS[sort.by];
  const past = ascending ? 'gt' : 'lt';
  const tie = { [column]: value, id: { [past]: id } };
  if (value === null) {
    return before ? { OR: [{ [column]: { not: null } }, tie] } : tie;
  }
  // The bound comes first and alone, so that the index finds the start of the page.
  const row = {
    [column]: { [`${past}e`]: value },
    OR: [{ [column]: { [past]: value } }, { id: { [past]: id } }],
  };
  return NEVER_NULL.includes(sort.by) || before ? row : { OR: [row, { [column]: null }] };
}

/** Refuses what is no cursor of a list that is sorted so. */
export function readCursor(
  cursor: string,
  sort: VehicleSort,
): { value: string | number | null; id: string } {
  try {
    const [by, value, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const known =
      by === sort.by &&
      typeof id === 'string' &&
      /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) &&
      isValue(sort.by, value);
    if (known) return { value: value as string | number | null, id };
  } catch {
    // Told below.
  }
  throw topLevelError(
    'BAD_USER_INPUT',
    'This cursor is not one of this list. Use endCursor or startCursor of a page with the same sort order.',
  );
}

/** As JSON writes a moment of a year that the database knows. */
function isMoment(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?!0000)\d{4}-/.test(value)) return false;
  const moment = new Date(value);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === value;
}

function isValue(by: VehicleSortKey, value: unknown): boolean {
  switch (by) {
    case 'CREATED_AT':
    case 'UPDATED_AT':
      return isMoment(value);
    case 'PRICE':
      return value === null || (typeof value === 'string' && /^\d{1,12}(\.\d{1,20})?$/.test(value));
    case 'YEAR':
    case 'MILEAGE':
      return value === null || (Number.isInteger(value) && value === ((value as number) | 0));
    case 'STOCK_NUMBER':
      return value === null || (typeof value === 'string' && !value.includes('\0'));
  }
}
