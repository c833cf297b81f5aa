import type { VehicleCondition } from './vehicle-words.ts';

const PAGE_SIZE = 12;

export const CONDITION_CHOICES: Readonly<Record<string, VehicleCondition>> = {
  new: 'NEW',
  certified: 'CERTIFIED',
  used: 'USED',
};

interface SortChoice {
  label: string;
  sort: { by: 'CREATED_AT' | 'PRICE' | 'YEAR' | 'MILEAGE'; direction: 'ASC' | 'DESC' };
}

/** The first is the one that a bare address means. */
export const SORT_CHOICES: Readonly<Record<string, SortChoice>> = {
  newest: { label: 'Newest first', sort: { by: 'CREATED_AT', direction: 'DESC' } },
  'price-up': { label: 'Price, low to high', sort: { by: 'PRICE', direction: 'ASC' } },
  'price-down': { label: 'Price, high to low', sort: { by: 'PRICE', direction: 'DESC' } },
  year: { label: 'Model year', sort: { by: 'YEAR', direction: 'DESC' } },
  mileage: { label: 'Mileage', sort: { by: 'MILEAGE', direction: 'ASC' } },
};

/** What a showroom address asks for. Values that no form sends fall back to the default. */
export interface ShowroomQuery {
  search: string;
  condition: keyof typeof CONDITION_CHOICES | null;
  sort: keyof typeof SORT_CHOICES;
  after: string | null;
  before: string | null;
}

export function readShowroomQuery(parameters: URLSearchParams): ShowroomQuery {
  const condition = parameters.get('condition') ?? '';
  const sort = parameters.get('sort') ?? '';
  return {
    search: (parameters.get('q') ?? '').replaceAll('\0', '').trim().slice(0, 100),
    condition: Object.hasOwn(CONDITION_CHOICES, condition) ? condition : null,
    sort: Object.hasOwn(SORT_CHOICES, sort) ? sort : 'newest',
    after: parameters.get('after') || null,
    before: parameters.get('after') ? null : parameters.get('before') || null,
  };
}

export function showroomVariables(query: ShowroomQuery): Record<string, unknown> {
  const page =
    query.before === null
      ? { first: PAGE_SIZE, after: query.after }
      : { last: PAGE_SIZE, before: query.before };
  return {
    ...page,
    filter: {
      ...(query.search === '' ? {} : { search: query.search }),
      ...(query.condition === null ? {} : { condition: [CONDITION_CHOICES[query.condition]] }),
    },
    sort: SORT_CHOICES[query.sort]!.sort,
  };
}

/** The address of a query, without what the default already says. */
export function showroomPath(query: Partial<ShowroomQuery>): string {
  const parameters = new URLSearchParams();
  if (query.search) parameters.set('q', query.search);
  if (query.condition) parameters.set('condition', query.condition);
  if (query.sort && query.sort !== 'newest') parameters.set('sort', query.sort);
  if (query.after) parameters.set('after', query.after);
  if (query.before) parameters.set('before', query.before);
  const text = parameters.toString();
  return text === '' ? '/' : `/?${text}`;
}
