export type Role = 'OWNER' | 'MANAGER' | 'PHOTOGRAPHER' | 'VIEWER';

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  OWNER: 'Owner',
  MANAGER: 'Manager',
  PHOTOGRAPHER: 'Photographer',
  VIEWER: 'Viewer',
};

/** What each role may do. */
export const ROLE_HINTS: Readonly<Record<Role, string>> = {
  OWNER: 'May do everything.',
  MANAGER: 'Vehicles, photos, keys and people, except owners.',
  PHOTOGRAPHER: 'Uploads and arranges photos and videos.',
  VIEWER: 'Looks at everything, and changes nothing.',
};
