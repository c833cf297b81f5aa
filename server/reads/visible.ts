import { may } from '../accounts/rights.ts';
import type { Viewer } from '../accounts/viewer.ts';
import type { Statement } from './statement.ts';

/** Matches nothing: what whoever has no dealership sees. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/**
 * The one place that says in SQL which rows are a viewer's to see: every table
 * that a read names goes through it. The same as `gallery/visibility.ts` says to Prisma.
 */
export function visibleRows(
  table: 'dealerships' | 'vehicles' | 'media' | 'renditions',
  row: string,
  statement: Statement,
): string {
  const { viewer } = statement;
  const dealership = statement.value(viewer.dealershipId ?? NOTHING, 'uuid');
  const own = `${row}.${table === 'dealerships' ? 'id' : 'dealership_id'} = ${dealership}`;
  return [own, ...beyondTenancy(table, row, viewer, statement)].join(' and ');
}

function beyondTenancy(table: string, row: string, viewer: Viewer, statement: Statement): string[] {
  const reads = may(viewer, 'read');
  switch (table) {
    case 'vehicles':
      if (!reads) return [`${row}.status = 'PUBLISHED'`];
      if (viewer.kind !== 'uploader') return [];
      return [`${row}.id = ${statement.value(viewer.vehicleId, 'uuid')}`];
    case 'media':
      if (!reads) return [`${row}.deleted_at is null`, `${row}.status = 'READY'`];
      return [
        `${row}.deleted_at is null`,
        `${row}.status in ('UPLOADED', 'PROCESSING', 'READY', 'FAILED')`,
        ...(viewer.kind === 'uploader'
          ? [`${row}.vehicle_id = ${statement.value(viewer.vehicleId, 'uuid')}`]
          : []),
      ];
    default:
      return [];
  }
}
