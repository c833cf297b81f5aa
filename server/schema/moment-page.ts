import { topLevelError } from '../graphql/top-level-error.ts';
import { checkPageSize, type PageArguments } from '../vehicles/vehicle-page.ts';

const DEFAULT_SIZE = 20;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Direction = 'asc' | 'desc';

/** A page of a list that is sorted by a moment and, within it, by an id. It goes forwards alone. */
export interface MomentPage<At extends string, Id extends string> {
  where: object;
  orderBy: [Record<At, Direction>, Record<Id, Direction>];
  /** One more than the page has: it tells whether there are others. */
  take: number;
  toConnection<Row extends Record<At, Date> & Record<Id, string>>(
    rows: readonly Row[],
  ): {
    edges: { node: Row; cursor: string }[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
  };
}

/** @param by names of the columns with the moment and the id. */
export function momentPage<At extends string, Id extends string>(
  page: PageArguments,
  by: { at: At; id: Id; direction: Direction },
): MomentPage<At, Id> {
  checkPageSize(page);
  if (page.last != null || page.before != null)
    throw topLevelError('BAD_USER_INPUT', 'This list goes forwards: use first and after.');
  const { at, id, direction } = by;
  const size = page.first ?? DEFAULT_SIZE;
  const past = direction === 'asc' ? 'gt' : 'lt';
  const start = page.after == null ? null : readCursor(page.after);
  return {
    // The bound comes first and alone, so that the index finds the start of the page.
    where: start
      ? {
          [at]: { [`${past}e`]: start.at },
          OR: [{ [at]: { [past]: start.at } }, { [id]: { [past]: start.id } }],
        }
      : {},
    orderBy: [
      { [at]: direction } as Record<At, Direction>,
      { [id]: direction } as Record<Id, Direction>,
    ],
    take: size + 1,
    toConnection(rows) {
      const edges = rows.slice(0, size).map((node) => ({
        node,
        cursor: writeCursor(node[at], node[id]),
      }));
      return {
        edges,
        pageInfo: {
          hasNextPage: rows.length > size,
          hasPreviousPage: start !== null,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  };
}

function writeCursor(at: Date, id: string): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

function readCursor(cursor: string): { at: Date; id: string } {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ');
  const moment = new Date(at);
  // As JSON writes a moment of a year that the database knows.
  const known =
    !Number.isNaN(moment.getTime()) && moment.toISOString() === at && /^\d{4}-/.test(at);
  if (known && !at.startsWith('0000') && UUID.test(id)) return { at: moment, id };
  throw topLevelError(
    'BAD_USER_INPUT',
    'This cursor is not one of this list. Use endCursor of a page of it.',
  );
}
