import type { Prisma } from '../../generated/prisma/client.ts';
import { may } from '../accounts/rights.ts';
import type { Viewer } from '../accounts/viewer.ts';

/** Matches nothing: what whoever has no dealership, or no right, sees. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** The vehicles that a viewer may see. */
export function visibleVehicles(viewer: Viewer): Prisma.VehicleWhereInput {
  const dealershipId = viewer.dealershipId ?? NOTHING;
  if (!may(viewer, 'read')) return { dealershipId, status: 'PUBLISHED' };
  return { dealershipId, ...(viewer.kind === 'uploader' && { id: viewer.vehicleId }) };
}

/** What belongs to a gallery, whoever looks: neither deleted nor still on its way. */
export const IN_GALLERY = {
  deletedAt: null,
  status: { in: ['UPLOADED', 'PROCESSING', 'READY', 'FAILED'] },
} as const satisfies Prisma.MediaWhereInput;

/** The media of a vehicle that a viewer may see. */
export function visibleMedia(viewer: Viewer): Prisma.MediaWhereInput {
  const dealershipId = viewer.dealershipId ?? NOTHING;
  if (!may(viewer, 'read')) return { deletedAt: null, status: 'READY', dealershipId };
  return {
    ...IN_GALLERY,
    status: { in: [...IN_GALLERY.status.in] },
    dealershipId,
    ...(viewer.kind === 'uploader' && { vehicleId: viewer.vehicleId }),
  };
}

/** Whose uploads: all of a dealership, or those that upload tokens for one vehicle asked for. */
export interface UploadScope {
  dealershipId: string;
  vehicleId?: string;
}

export function uploadsIn({ dealershipId, vehicleId }: UploadScope): Prisma.UploadWhereInput {
  return {
    dealershipId,
    ...(vehicleId !== undefined && { vehicleId, uploadTokenId: { not: null } }),
  };
}

/** The uploads that a viewer may see; null when that is none: they are not public, nor is their table. */
export function visibleUploads(viewer: Viewer): Prisma.UploadWhereInput | null {
  return viewer.kind !== 'visitor' && may(viewer, 'read') ? uploadsIn(viewer) : null;
}
