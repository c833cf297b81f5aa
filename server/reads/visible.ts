import { Late, type Statement } from './statement.ts';

/** Matches nothing: what whoever has no dealership sees. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

const OWN_DEALERSHIP = new Late(({ viewer }) => viewer.dealershipId ?? NOTHING);
/** Of an upload token. */
const OWN_VEHICLE = new Late(({ viewer }) =>
  viewer.kind === 'uploader' ? viewer.vehicleId : NOTHING,
);

/**
 * The one place that says in SQL which rows are a viewer's to see: every table
 * that a read names goes through it. The same as `gallery/visibility.ts` says to Prisma.
 */
export function visibleRows(
  table: 'dealerships' | 'vehicles' | 'media' | 'renditions',
  row: string,
  statement: Statement,
): string {
  const dealership = statement.value(OWN_DEALERSHIP, 'uuid');
  const own = `${row}.${table === 'dealerships' ? 'id' : 'dealership_id'} = ${dealership}`;
  return [own, ...beyondTenancy(table, row, statement)].join(' and ');
}

function beyondTenancy(table: string, row: string, statement: Statement): string[] {
  const { kind, reads } = statement.audience;
  switch (table) {
    case 'vehicles':
      if (!reads) return [`${row}.status = 'PUBLISHED'`];
      if (kind !== 'uploader') return [];
      return [`${row}.id = ${statement.value(OWN_VEHICLE, 'uuid')}`];
    case 'media':
      if (!reads) return [`${row}.deleted_at is null`, `${row}.status = 'READY'`];
      return [
        `${row}.deleted_at is null`,
        `${row}.status in ('UPLOADED', 'PROCESSING', 'READY', 'FAILED')`,
        ...(kind === 'uploader'
          ? [`${row}.vehicle_id = ${statement.value(OWN_VEHICLE, 'uuid')}`]
          : []),
      ];
    default:
      return [];
  }
}
