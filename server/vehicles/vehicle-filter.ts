import type { Prisma, VehicleCondition, VehicleStatus } from '../../generated/prisma/client.ts';
import { IN_GALLERY } from '../gallery/visibility.ts';

export interface VehicleFilter {
  search?: string | null;
  status?: readonly VehicleStatus[] | null;
  condition?: readonly VehicleCondition[] | null;
  make?: readonly string[] | null;
  yearMin?: number | null;
  yearMax?: number | null;
  withoutMedia?: boolean | null;
  updatedAfter?: Date | null;
}

/** Words beyond this many are not looked for. */
const MAX_WORDS = 10;

/** What LIKE looks for in the search text: all of it must be there. */
export function searchWords({ search }: VehicleFilter): string[] {
  const words = (search ?? '').toLowerCase().split(/\s+/);
  return words.filter(Boolean).slice(0, MAX_WORDS).map(escapeLike);
}

export function vehicleFilter(filter: VehicleFilter): Prisma.VehicleWhereInput {
  const pictures = { ...IN_GALLERY, status: { in: [...IN_GALLERY.status.in] } };
  return {
    AND: searchWords(filter).map((word) => ({ searchText: { contains: word } })),
    ...(filter.status && { status: { in: [...filter.status] } }),
    ...(filter.condition && { condition: { in: [...filter.condition] } }),
    ...(filter.make && { make: { in: [...filter.make], mode: 'insensitive' as const } }),
    ...((filter.yearMin != null || filter.yearMax != null) && {
      year: {
        ...(filter.yearMin != null && { gte: filter.yearMin }),
        ...(filter.yearMax != null && { lte: filter.yearMax }),
      },
    }),
    ...(filter.withoutMedia === true && { media: { none: pictures } }),
    ...(filter.withoutMedia === false && { media: { some: pictures } }),
    ...(filter.updatedAfter && { updatedAt: { gt: filter.updatedAfter } }),
  };
}

/** Prisma passes the wildcards of LIKE through. */
function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&');
}
