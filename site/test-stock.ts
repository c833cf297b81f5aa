import { GraphQLError } from 'graphql';

export const FIXTURE_ACCOUNT = { email: 'staff@dealer.example', password: 'correct horse' };

const share = (usedCount: number, usedBytes: number, reservedBytes = 0) => ({
  usedCount,
  usedBytes,
  reservedCount: 0,
  reservedBytes,
});

const DEALERSHIP = {
  id: 'd1',
  name: 'Fixture Motors',
  slug: 'fixture-motors',
  storageUsage: {
    images: share(232, 1_900_000_000),
    videos: share(3, 120_000_000),
    total: share(235, 2_020_000_000),
    limitCount: null,
    limitBytes: 50_000_000_000,
  },
};

export interface FixtureVehicle {
  id: string;
  title: string;
  status: string;
  condition: string | null;
  vin: string | null;
  stockNumber: string | null;
  make: string | null;
  model: string | null;
  year: number | null;
  price: { amount: string; currency: string } | null;
  description: string | null;
  pictures: number;
  [field: string]: unknown;
}

export interface FixtureFilter {
  search?: string;
  status?: string[];
  condition?: string[];
  withoutMedia?: boolean;
}

interface PageArguments {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

/** 24 published vehicles, 5 drafts and one that is sold, without a database. */
export class FixtureStock {
  readonly tokens = new Set<string>();
  readonly viewer = {
    user: { id: 'u1', email: FIXTURE_ACCOUNT.email, name: 'Sam Fixture' },
    dealership: DEALERSHIP,
    role: 'MANAGER',
    rights: ['MANAGE_KEYS'],
    memberships: [],
  };
  readonly vehicles: FixtureVehicle[] = Array.from({ length: 30 }, (_, index) =>
    fixtureVehicle(index),
  );

  find(key: { id?: string; vin?: string; stockNumber?: string }, isStaff: boolean) {
    const found = this.#visible(isStaff).find(
      (vehicle) =>
        (key.id !== undefined && vehicle.id === key.id) ||
        (key.vin !== undefined && vehicle.vin === key.vin) ||
        (key.stockNumber !== undefined && vehicle.stockNumber === key.stockNumber),
    );
    return found === undefined ? null : withMedia(found);
  }

  page(filter: FixtureFilter, { first, after, last, before }: PageArguments, isStaff: boolean) {
    const all = this.#visible(isStaff).filter((vehicle) => matches(vehicle, filter));
    const at = (cursor: string) => {
      const index = all.findIndex(({ id }) => id === cursor);
      if (index >= 0) return index;
      throw new GraphQLError('Not a cursor.', { extensions: { code: 'BAD_USER_INPUT' } });
    };
    const from = after ? at(after) + 1 : 0;
    const to = before ? at(before) : all.length;
    const [start, end] = last
      ? [Math.max(from, to - last), to]
      : [from, Math.min(to, from + (first ?? 20))];
    const nodes = all.slice(start, end).map(withMedia);
    return {
      totalCount: all.length,
      nodes,
      pageInfo: {
        hasNextPage: end < all.length,
        hasPreviousPage: start > 0,
        startCursor: nodes[0]?.id ?? null,
        endCursor: nodes.at(-1)?.id ?? null,
      },
    };
  }

  logIn({ email, password }: { email: string; password: string }) {
    if (email !== FIXTURE_ACCOUNT.email || password !== FIXTURE_ACCOUNT.password) {
      return { session: null, userErrors: [userError('INVALID_CREDENTIALS', 'No.', null)] };
    }
    const token = `token-${this.tokens.size + 1}`;
    this.tokens.add(token);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    return { session: { token, expiresAt }, userErrors: [] };
  }

  upsert(fields: Record<string, unknown>) {
    const { id, priceAmount, priceCurrency, ...plain } = fields;
    if (typeof plain['vin'] === 'string' && plain['vin'].length !== 17) {
      const path = ['input', 'vehicle', 'vin'];
      return {
        vehicle: null,
        userErrors: [userError('INVALID_VIN', 'A VIN has 17 characters.', path)],
      };
    }
    let vehicle = this.vehicles.find((candidate) => candidate.id === id);
    if (vehicle === undefined) {
      vehicle = { ...fixtureVehicle(this.vehicles.length), ...BLANK, id: `new-${Date.now()}` };
      this.vehicles.unshift(vehicle);
    }
    Object.assign(vehicle, plain);
    if (priceAmount !== undefined) {
      vehicle.price =
        priceAmount === null
          ? null
          : { amount: String(priceAmount), currency: String(priceCurrency) };
    }
    vehicle.title = [vehicle.year, vehicle.make, vehicle.model].filter(Boolean).join(' ');
    return { vehicle: withMedia(vehicle), userErrors: [] };
  }

  delete(id: string) {
    const index = this.vehicles.findIndex((vehicle) => vehicle.id === id);
    if (index < 0) {
      return { deletedId: null, userErrors: [userError('NOT_FOUND', 'No such vehicle.', null)] };
    }
    this.vehicles.splice(index, 1);
    return { deletedId: id, userErrors: [] };
  }

  #visible(isStaff: boolean): FixtureVehicle[] {
    return this.vehicles.filter(({ status }) => isStaff || status === 'PUBLISHED');
  }
}

const BLANK = {
  title: '',
  status: 'DRAFT',
  condition: null,
  vin: null,
  stockNumber: null,
  make: null,
  model: null,
  year: null,
  price: null,
  description: null,
  mileage: null,
  pictures: 0,
};

function fixtureVehicle(index: number): FixtureVehicle {
  const number = String(index + 1).padStart(2, '0');
  return {
    id: `vehicle-${number}`,
    title: `2021 Example Model ${number}`,
    status: index < 24 ? 'PUBLISHED' : index < 29 ? 'DRAFT' : 'SOLD',
    condition: (['NEW', 'USED', 'CERTIFIED'] as const)[index % 3]!,
    vin: `1M8GDM9AXKP0427${number}`,
    stockNumber: `S-${number}`,
    year: 2021,
    make: 'Example',
    model: `Model ${number}`,
    trim: null,
    bodyStyle: 'Saloon',
    price: index === 3 ? null : { amount: `${20_000 + index * 500}.00`, currency: 'USD' },
    mileage: 10_000 + index,
    exteriorColor: 'Blue',
    interiorColor: null,
    description: 'First paragraph.\n\nSecond paragraph.',
    pictures: index === 5 ? 0 : 8,
    dealership: DEALERSHIP,
    storageUsage: {
      images: share(8, 66_000_000),
      videos: share(0, 0),
      total: share(8, 66_000_000, 9_000_000),
      limitCount: 100,
      limitBytes: 1_000_000_000,
    },
    createdAt: '2026-01-02T03:04:05.000Z',
    updatedAt: '2026-01-02T03:04:05.000Z',
    publishedAt: index < 24 ? '2026-01-02T03:04:05.000Z' : null,
  };
}

function withMedia(vehicle: FixtureVehicle) {
  const hero = {
    __typename: 'ImageMedia',
    id: `${vehicle.id}-hero`,
    alt: vehicle.title,
    placeholder: 'm5uDA4AHh3d3h3d4iIeId3iIhwAAAAAA',
    preview: { url: '/pictures/640.svg', width: 640, height: 480 },
    srcset: '/pictures/320.svg 320w, /pictures/640.svg 640w',
  };
  const hasPictures = vehicle.pictures > 0;
  return {
    ...vehicle,
    heroMedia: hasPictures ? hero : null,
    media: { totalCount: vehicle.pictures, nodes: hasPictures ? [hero] : [] },
  };
}

function matches(vehicle: FixtureVehicle, filter: FixtureFilter): boolean {
  const text = `${vehicle.title} ${vehicle.vin} ${vehicle.stockNumber}`.toLowerCase();
  return (
    (!filter.search || text.includes(filter.search.toLowerCase())) &&
    (!filter.status || filter.status.includes(vehicle.status)) &&
    (!filter.condition || filter.condition.includes(vehicle.condition ?? '')) &&
    (!filter.withoutMedia || vehicle.pictures === 0)
  );
}

function userError(code: string, message: string, field: string[] | null) {
  return { __typename: 'InputError', code, message, field };
}
