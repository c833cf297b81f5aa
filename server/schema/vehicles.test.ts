import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle, readGallery } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';

interface Page {
  vehicles: {
    totalCount: number;
    nodes: { id: string; stockNumber: string }[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string;
      endCursor: string;
    };
  };
}

interface GalleryPage {
  vehicle: {
    media: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  };
}

const PAGE = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: VehicleFilter, $sort: VehicleSort) {
  vehicles(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    totalCount nodes { id stockNumber }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const UPSERT = `mutation ($vehicle: VehicleFields!) {
  upsertVehicle(input: { vehicle: $vehicle }) {
    vehicle { id vin stockNumber year title slug status price { amount currency } publishedAt }
    userErrors { code field message }
  }
}`;

interface Upserted {
  upsertVehicle: {
    vehicle: { id: string; [more: string]: unknown } | null;
    userErrors: { code: string; field: string[] | null; message: string }[];
  };
}

let server: TestServer;
let north: TestDealership;
let south: TestDealership;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
});
afterAll(() => server.stop());

async function upsert(
  vehicle: Record<string, unknown>,
  staff = north.staff,
): Promise<Upserted['upsertVehicle']> {
  return (await staff.expect<Upserted>(UPSERT, { vehicle })).upsertVehicle;
}

describe('upsertVehicle', () => {
  it('adds a vehicle, then changes the one with the same VIN, keeping what is not said', async () => {
    const added = await upsert({
      vin: ' 1m8gdm9axkp042788 ',
      stockNumber: 'U-1',
      year: 2020,
      make: 'Halden',
      model: 'Ö 4',
    });
    expect(added.vehicle).toMatchObject({
      vin: '1M8GDM9AXKP042788',
      status: 'DRAFT',
      title: '2020 Halden Ö 4',
      slug: '2020-halden-o-4',
      publishedAt: null,
    });
    const changed = await upsert({
      vin: '1M8GDM9AXKP042788',
      priceAmount: '18990.5',
      status: 'PUBLISHED',
    });
    expect(changed.vehicle).toMatchObject({
      id: added.vehicle?.id,
      stockNumber: 'U-1',
      year: 2020,
      price: { amount: '18990.50', currency: 'USD' },
      publishedAt: expect.any(String),
    });
  });

  it.each([
    ['a VIN with a wrong check digit', { vin: '1M8GDM9AXKP042789' }, 'INVALID_VIN', 'vin'],
    ['a VIN of ones', { vin: '11111111111111111' }, 'INVALID_VIN', 'vin'],
    ['a VIN that is too short', { vin: '1M8GDM9' }, 'INVALID_VIN', 'vin'],
    ['a year before there were cars', { stockNumber: 'E-1', year: 1500 }, 'INVALID_INPUT', 'year'],
    [
      'a price in words',
      { stockNumber: 'E-1', priceAmount: 'cheap' },
      'INVALID_INPUT',
      'priceAmount',
    ],
    [
      'a currency of two letters',
      { stockNumber: 'E-1', priceCurrency: 'US' },
      'INVALID_INPUT',
      'priceCurrency',
    ],
    ['a mileage below zero', { stockNumber: 'E-1', mileage: -1 }, 'INVALID_INPUT', 'mileage'],
    ['neither VIN nor stock number', { make: 'Halden' }, 'INVALID_INPUT', 'stockNumber'],
    ['an id that is not there', { id: 'bm9wZQ', make: 'Halden' }, 'NOT_FOUND', 'id'],
  ])('refuses %s', async (_, vehicle, code, field) => {
    const count = () => server.app.db.prisma.vehicle.count();
    const before = await count();
    const { vehicle: written, userErrors } = await upsert(vehicle);
    expect(written).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({
        code,
        field: ['input', 'vehicle', field],
        message: expect.stringMatching(/\.$/),
      }),
    ]);
    expect(await count()).toBe(before);
  });

  it('blames the value that another vehicle has, however the vehicle was found', async () => {
    const [one, other] = [
      { vin: 'WDDGF4HB1CA700001', stockNumber: 'TAKEN-1' },
      { vin: 'WDDGF4HB1CA700002', stockNumber: 'TAKEN-2' },
    ];
    await upsert(one);
    const { vehicle } = await upsert(other);
    const blamed = async (fields: object) => (await upsert({ ...fields })).userErrors;
    const stockNumber = { code: 'INVALID_INPUT', field: ['input', 'vehicle', 'stockNumber'] };
    const vin = { code: 'INVALID_INPUT', field: ['input', 'vehicle', 'vin'] };
    expect(await blamed({ vin: other.vin, stockNumber: one.stockNumber })).toMatchObject([
      stockNumber,
    ]);
    expect(await blamed({ id: vehicle?.id, ...one, vin: other.vin })).toMatchObject([stockNumber]);
    expect(await blamed({ id: vehicle?.id, vin: one.vin })).toMatchObject([vin]);
  });

  it('never gives a price another currency without a word', async () => {
    const stockNumber = 'CURRENCY';
    const price = async (fields: object) => (await upsert({ stockNumber, ...fields })).vehicle;
    expect(await price({ priceAmount: '100', priceCurrency: null })).toMatchObject({
      price: { amount: '100.00', currency: 'USD' },
    });
    expect(await price({ priceCurrency: 'EUR' })).toMatchObject({ price: { currency: 'EUR' } });
    expect(await price({ priceAmount: '200' })).toMatchObject({
      price: { amount: '200.00', currency: 'EUR' },
    });
    for (const fields of [{}, { priceAmount: '300' }]) {
      expect(await upsert({ stockNumber, ...fields, priceCurrency: null })).toMatchObject({
        vehicle: null,
        userErrors: [{ code: 'INVALID_INPUT', field: ['input', 'vehicle', 'priceCurrency'] }],
      });
    }
    expect(await price({ priceAmount: null, priceCurrency: null })).toMatchObject({ price: null });
    expect(await price({ priceAmount: '300' })).toMatchObject({
      price: { amount: '300.00', currency: 'USD' },
    });
  });

  it('keeps VIN and stock number apart by dealership', async () => {
    const vehicle = { vin: '1G4AH59H45G118341', stockNumber: 'S-1' };
    const first = await upsert(vehicle);
    const second = await upsert(vehicle, south.staff);
    expect(second.vehicle?.id).not.toBe(first.vehicle?.id);
  });

  it('finds a vehicle of the dealership that is named by id or slug, and of no other', async () => {
    await upsert({ stockNumber: 'D-1', make: 'Here', status: 'PUBLISHED' });
    await upsert({ stockNumber: 'D-1', make: 'There', status: 'PUBLISHED' }, south.staff);
    const make = async (dealership: string | null, { visitor } = server) => {
      const { vehicle } = await visitor.expect<{ vehicle: { make: string } | null }>(
        `query ($dealership: String) {
          vehicle(stockNumber: "D-1", dealership: $dealership) { make }
        }`,
        { dealership },
      );
      return vehicle?.make ?? null;
    };
    expect(await make(null)).toBe('Here');
    expect(await make(PUBLIC_DEALERSHIP)).toBe('Here');
    expect(await make(north.id)).toBe('Here');
    for (const other of ['south', south.id, 'absent', '', north.id.slice(1)]) {
      expect(await make(other), other).toBeNull();
    }
  });

  it('answers for a foreign vehicle as for an absent one', async () => {
    const foreign = await addVehicle(south.staff);
    const absent = Buffer.from('Vehicle:00000000-0000-4000-8000-000000000000').toString(
      'base64url',
    );
    const [a, b] = await Promise.all([foreign, absent].map((id) => upsert({ id, make: 'X' })));
    expect(a).toEqual(b);
    const drop =
      'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId userErrors { code field } } }';
    const [c, d] = await Promise.all(
      [foreign, absent].map((id) => north.staff.expect(drop, { id })),
    );
    expect(c).toEqual(d);
    const { vehicle } = await south.staff.expect<{ vehicle: object }>(
      'query ($id: ID) { vehicle(id: $id) { id } }',
      {
        id: foreign,
      },
    );
    expect(vehicle).toEqual({ id: foreign });
  });

  it('makes one vehicle of twenty requests at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () => upsert({ stockNumber: 'RACE', make: 'Halden' })),
    );
    expect(new Set(results.map(({ vehicle }) => vehicle?.id)).size).toBe(1);
  });
});

describe('vehicles', () => {
  const stock = Array.from({ length: 13 }, (_, index) => `P-${String(index).padStart(2, '0')}`);
  const filter = { search: 'paging' };

  beforeAll(async () => {
    for (const [index, stockNumber] of stock.entries()) {
      await addVehicle(north.staff, {
        stockNumber,
        model: 'Paging',
        // Every third has no price; two share each price.
        ...(index % 3 && { priceAmount: String(10_000 + Math.floor(index / 2) * 100) }),
        status: index === 0 ? 'DRAFT' : 'PUBLISHED',
      });
    }
  });

  const sorts = ['CREATED_AT', 'UPDATED_AT', 'PRICE', 'YEAR', 'MILEAGE', 'STOCK_NUMBER'].flatMap(
    (by) => ['ASC', 'DESC'].map((direction) => ({ by, direction })),
  );

  it.each(sorts)(
    'are all on the pages by $by $direction, each once, in both directions',
    async (sort) => {
      const walk = async (size: 'first' | 'last', from: 'after' | 'before'): Promise<string[]> => {
        const seen: string[] = [];
        let cursor: string | null = null;
        for (;;) {
          const answer: Page = await north.staff.expect<Page>(PAGE, {
            [size]: 4,
            [from]: cursor,
            filter,
            sort,
          });
          const { vehicles } = answer;
          expect(vehicles.totalCount).toBe(stock.length);
          const page = vehicles.nodes.map(({ stockNumber }) => stockNumber);
          if (size === 'first') seen.push(...page);
          else seen.unshift(...page);
          const { hasNextPage, hasPreviousPage, endCursor, startCursor } = vehicles.pageInfo;
          if (!(size === 'first' ? hasNextPage : hasPreviousPage)) return seen;
          cursor = size === 'first' ? endCursor : startCursor;
        }
      };
      const forwards = await walk('first', 'after');
      expect([...forwards].sort()).toEqual(stock);
      expect(await walk('last', 'before')).toEqual(forwards);
      if (sort.by === 'STOCK_NUMBER') {
        expect(forwards).toEqual(sort.direction === 'ASC' ? stock : [...stock].reverse());
      }
    },
  );

  it('show the public what is published, and staff everything of their own', async () => {
    const count = async (client: typeof north.staff) =>
      (await client.expect<Page>(PAGE, { first: 100, filter })).vehicles.totalCount;
    expect(await count(server.visitor)).toBe(stock.length - 1);
    expect(await count(north.staff)).toBe(stock.length);
    expect(await count(south.staff)).toBe(0);
  });

  it('are found by every word, taken literally', async () => {
    const find = async (search: string) =>
      (await north.staff.expect<Page>(PAGE, { first: 100, filter: { search } })).vehicles.nodes.map(
        ({ stockNumber }) => stockNumber,
      );
    expect(await find('PAGING p-07')).toEqual(['P-07']);
    expect(await find('paging 100%')).toEqual([]);
    expect(await find('p_07')).toEqual([]);
  });

  it.each([
    ['first: 1000', { first: 1000 }],
    ['first: 0', { first: 0 }],
    ['last: 101', { last: 101 }],
    ['first and last', { first: 1, last: 1 }],
    ['a cursor of nowhere', { first: 1, after: 'nonsense' }],
    ['a NUL in a text', { filter: { search: 'a\0b' } }],
  ])('refuse %s with BAD_USER_INPUT', async (_, variables) => {
    const { data, errors } = await north.staff.send<Page>(PAGE, variables);
    expect(data?.vehicles ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('refuse a page of 1,000 media with BAD_USER_INPUT', async () => {
    const { errors } = await north.staff.send(
      '{ vehicles(first: 1) { nodes { media(first: 1000) { nodes { id } } } } }',
    );
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

describe('a NUL in a text, or half of a character', () => {
  it('is refused in a literal, in a variable and in the name of a key', async () => {
    const documents: [string, object?][] = [
      ['{ vehicle(vin: "a\\u0000b") { id } }'],
      ['query ($vin: String) { vehicle(vin: $vin) { id } }', { vin: 'a\0b' }],
      [UPSERT, { vehicle: { stockNumber: 'NUL\0' } }],
      [UPSERT, { vehicle: { stockNumber: 'half \ud83d' } }],
      [UPSERT, { vehicle: { stockNumber: 'A', '\udc00': 1 } }],
    ];
    for (const [query, variables] of documents) {
      const { errors } = await north.staff.send(query, variables as Record<string, unknown>);
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('an id', () => {
  it('that is malformed, foreign, absent or of another type gives null everywhere', async () => {
    const foreign = await addVehicle(south.staff, { status: 'DRAFT' });
    const ids = [
      '',
      'x',
      'Vehicle:1',
      north.id,
      foreign,
      Buffer.from('Vehicle:no-uuid').toString('base64url'),
    ];
    for (const id of ids) {
      const answer = await north.staff.expect<{ vehicle: null; upload: null }>(
        'query ($id: ID!) { vehicle(id: $id) { id } upload(id: $id) { id } }',
        { id },
      );
      expect(answer).toEqual({ vehicle: null, upload: null });
      const { node } = await north.staff.expect<{ node: object | null }>(
        'query ($id: ID!) { node(id: $id) { id } }',
        { id },
      );
      expect(node).toEqual(id === north.id ? { id } : null);
    }
  });
});

describe('reading pages with media', () => {
  it('takes as many statements for 100 vehicles as for one', async () => {
    const { prisma } = server.app.db;
    const { uuid: dealershipId } = north;
    const vehicles = await prisma.vehicle.findMany({
      where: { dealershipId },
      select: { id: true },
    });
    const { v7 } = await import('uuid');
    await prisma.media.createMany({
      data: vehicles.flatMap(({ id: vehicleId }) =>
        [0, 1, 2, 3].map((position) => ({
          id: v7(),
          dealershipId,
          vehicleId,
          position,
          status: 'READY' as const,
          originalFileName: 'a.jpg',
          originalContentType: 'image/jpeg',
          originalByteSize: 1,
        })),
      ),
    });
    const statements = async (first: number, name: string): Promise<number> => {
      const seen = await recordStatements(async () => {
        const { vehicles: page } = await server.visitor.expect<{
          vehicles: { nodes: { media: { nodes: object[] } }[] };
        }>(
          `query ${name}($first: Int) { vehicles(first: $first) { nodes { media(first: 3) { nodes { preview { url } } } } } }`,
          { first },
        );
        expect(page.nodes.length).toBeGreaterThanOrEqual(Math.min(first, 12));
        expect(page.nodes.every(({ media }) => media.nodes.length === 3)).toBe(true);
      });
      return seen.filter(({ role }) => role === 'forecourt_visitor').length;
    };
    // The first time a document is executed field by field, then Postgres answers it.
    expect(await statements(1, 'One')).toBe(await statements(100, 'Hundred'));
    expect(await statements(1, 'One')).toBe(1);
    expect(await statements(100, 'Hundred')).toBe(1);
  });

  it('walks through a gallery page by page', async () => {
    const { vehicles } = await server.visitor.expect<{ vehicles: { nodes: { id: string }[] } }>(
      '{ vehicles(first: 1) { nodes { id } } }',
    );
    const id = vehicles.nodes[0]?.id as string;
    const whole = (await readGallery(server.visitor, id)).media.nodes.map((node) => node.id);
    expect(whole.length).toBe(4);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { vehicle }: GalleryPage = await server.visitor.expect<GalleryPage>(
        `query ($id: ID, $after: String) {
          vehicle(id: $id) { media(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }
        }`,
        { id, after },
      );
      seen.push(...vehicle.media.nodes.map((node) => node.id));
      after = vehicle.media.pageInfo.hasNextPage ? vehicle.media.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(whole);
  });
});
