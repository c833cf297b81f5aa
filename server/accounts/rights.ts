import type { ApiScope, Role } from '../../generated/prisma/enums.ts';
import type { Viewer } from './viewer.ts';

/** Who holds a right. */
interface Holders {
  roles: readonly Role[];
  /** Any of them will do. */
  scopes: readonly ApiScope[];
  /** Upload tokens too, as far as their one vehicle goes. */
  uploadTokens?: true;
}

const EVERY_ROLE = ['OWNER', 'MANAGER', 'PHOTOGRAPHER', 'VIEWER'] as const;
const MEDIA_ROLES = ['OWNER', 'MANAGER', 'PHOTOGRAPHER'] as const;
const MANAGING_ROLES = ['OWNER', 'MANAGER'] as const;

/** Who may do what. Visitors hold no right: they read what is public. */
export const RIGHTS = {
  /** Vehicles and media that are not public. */
  read: { roles: EVERY_ROLE, scopes: ['VEHICLES_READ'], uploadTokens: true },
  /** What happens to the media of the whole dealership, live. */
  follow: { roles: EVERY_ROLE, scopes: ['VEHICLES_READ'] },
  readPolicy: { roles: EVERY_ROLE, scopes: ['MEDIA_WRITE', 'ACCOUNT_READ'], uploadTokens: true },
  readUsage: { roles: EVERY_ROLE, scopes: ['ACCOUNT_READ'] },
  upload: { roles: MEDIA_ROLES, scopes: ['MEDIA_WRITE'], uploadTokens: true },
  editMedia: { roles: MEDIA_ROLES, scopes: ['MEDIA_WRITE'] },
  editVehicles: { roles: MANAGING_ROLES, scopes: ['VEHICLES_WRITE'] },
  registerDocuments: { roles: MANAGING_ROLES, scopes: ['VEHICLES_WRITE'] },
  issueUploadTokens: { roles: MEDIA_ROLES, scopes: ['MEDIA_WRITE'] },
  manageKeys: { roles: MANAGING_ROLES, scopes: [] },
  manageMembers: { roles: MANAGING_ROLES, scopes: [] },
  readAuditLog: { roles: MANAGING_ROLES, scopes: ['ACCOUNT_READ'] },
} as const satisfies Record<string, Holders>;

export type Right = keyof typeof RIGHTS;

export function may(viewer: Viewer, right: Right): boolean {
  const { roles, scopes, uploadTokens }: Holders = RIGHTS[right];
  switch (viewer.kind) {
    case 'visitor':
      return false;
    case 'staff':
      return roles.includes(viewer.role);
    case 'integrator':
      return scopes.some((scope) => viewer.scopes.includes(scope));
    case 'uploader':
      return uploadTokens === true;
  }
}

/** Why a viewer may not do it, and what to do. */
export function refusal(viewer: Viewer, right: Right): string {
  const [scope]: readonly ApiScope[] = RIGHTS[right].scopes;
  switch (viewer.kind) {
    case 'visitor':
      return 'Log in first: send a token in the Authorization header.';
    case 'staff':
      return `The role ${viewer.role} may not do this.`;
    case 'integrator':
      return scope
        ? `This API key lacks the scope ${scope}. Use a key that has it.`
        : 'No API key may do this. Log in as an owner or a manager.';
    case 'uploader':
      return 'An upload token only sends files to its vehicle. Log in, or use an API key, to do this.';
  }
}
