import type { Prisma } from '../../generated/prisma/client.ts';
import type { Viewer } from '../accounts/viewer.ts';

/** Matches nothing: what a visitor of no dealership sees. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** The vehicles that a viewer may see. */
export function visibleVehicles(viewer: Viewer): Prisma.VehicleWhereInput {
  return viewer.kind === 'staff'
    ? { dealershipId: viewer.dealershipId }
    : { dealershipId: viewer.dealershipId ?? NOTHING, status: 'PUBLISHED' };
}

/** What belongs to a gallery, whoever looks: neither deleted nor still on its way. */
export const IN_GALLERY = {
  deletedAt: null,
  status: { in: ['UPLOADED', 'PROCESSING', 'READY', 'FAILED'] },
} as const satisfies Prisma.MediaWhereInput;

/** The media of a vehicle that a viewer may see. */
export function visibleMedia(viewer: Viewer): Prisma.MediaWhereInput {
  return viewer.kind === 'staff'
    ? {
        ...IN_GALLERY,
        status: { in: [...IN_GALLERY.status.in] },
        dealershipId: viewer.dealershipId,
      }
    : { deletedAt: null, status: 'READY', dealershipId: viewer.dealershipId ?? NOTHING };
}
