import type { Role } from '../../generated/prisma/enums.ts';

/** Which members of a dealership may do what. */
export const MAY = {
  read: ['OWNER', 'MANAGER', 'PHOTOGRAPHER', 'VIEWER'],
  editMedia: ['OWNER', 'MANAGER', 'PHOTOGRAPHER'],
  editVehicles: ['OWNER', 'MANAGER'],
} as const satisfies Record<string, readonly Role[]>;
