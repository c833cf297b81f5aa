/** Which vehicles the list shows, as its address says it. */
export type ListView = 'all' | 'published' | 'draft' | 'sold' | 'archived' | 'without-photos';

export const LIST_VIEWS: Readonly<Record<ListView, { label: string; filter: object }>> = {
  all: { label: 'All', filter: {} },
  published: { label: 'Published', filter: { status: ['PUBLISHED'] } },
  draft: { label: 'Draft', filter: { status: ['DRAFT'] } },
  sold: { label: 'Sold', filter: { status: ['SOLD'] } },
  archived: { label: 'Archived', filter: { status: ['ARCHIVED'] } },
  'without-photos': { label: 'Without photos', filter: { withoutMedia: true } },
};

/** Pages that have one address each. */
const PAGES = {
  '/staff/vehicles/new': 'new',
  '/staff/keys': 'keys',
  '/staff/members': 'members',
  '/staff/audit-log': 'audit-log',
  '/staff/account': 'account',
  '/staff/sign-up': 'sign-up',
  '/staff/forgot-password': 'forgot-password',
  '/staff/reset-password': 'reset-password',
  '/staff/accept-invitation': 'accept-invitation',
} as const;

export type StaffRoute =
  | { name: 'list'; view: ListView; search: string }
  | { name: (typeof PAGES)[keyof typeof PAGES] }
  | { name: 'vehicle'; id: string }
  | { name: 'unknown' };

export function readRoute(address: { pathname: string; search: string }): StaffRoute {
  const path = address.pathname.replace(/\/+$/, '');
  if (path === '/staff' || path === '/staff/vehicles') {
    const parameters = new URLSearchParams(address.search);
    const view = parameters.get('view') ?? '';
    return {
      name: 'list',
      view: Object.hasOwn(LIST_VIEWS, view) ? (view as ListView) : 'all',
      search: parameters.get('q') ?? '',
    };
  }
  if (Object.hasOwn(PAGES, path)) return { name: PAGES[path as keyof typeof PAGES] };
  const id = /^\/staff\/vehicles\/([^/]+)$/.exec(path)?.[1];
  try {
    return id === undefined ? { name: 'unknown' } : { name: 'vehicle', id: decodeURIComponent(id) };
  } catch {
    return { name: 'unknown' };
  }
}

export function listPath(view: ListView, search: string): string {
  const parameters = new URLSearchParams();
  if (view !== 'all') parameters.set('view', view);
  if (search !== '') parameters.set('q', search);
  const text = parameters.toString();
  return text === '' ? '/staff' : `/staff?${text}`;
}

export function staffVehiclePath(id: string): string {
  return `/staff/vehicles/${encodeURIComponent(id)}`;
}
