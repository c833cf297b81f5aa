import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';

const log = pino({ level: 'silent' });

describe('database', () => {
  let fresh: FreshDatabase;
  let db: Database;

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = await connectDatabase(fresh.config, log);
  });

  afterAll(async () => {
    await db.close();
    await fresh.drop();
  });

  const createDealership = async (): Promise<string> => {
    const id = randomUUID();
    await db.prisma.dealership.create({ data: { id, name: 'Main Street', slug: id } });
    return id;
  };

  const createVehicle = async (dealershipId: string, data = {}): Promise<string> => {
    const { id } = await db.prisma.vehicle.create({
      data: { id: randomUUID(), dealershipId, ...data },
    });
    return id;
  };

  const mediaOf = (dealershipId: string, vehicleId: string, data = {}) => ({
    id: randomUUID(),
    dealershipId,
    vehicleId,
    position: 0,
    originalFileName: 'front.jpg',
    originalContentType: 'image/jpeg',
    originalByteSize: 1n,
    ...data,
  });

  test('answers a check', async () => {
    await db.check();
    await expect(db.check(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  test.runIf(process.env.DATABASE_URL)(
    'answers reads while more transactions wait for a row than it has connections',
    async () => {
      const id = await createDealership();
      const write = () =>
        db.prisma.$transaction(
          (tx) => tx.$queryRaw`select 1 from dealerships where id = ${id}::uuid for update`,
        );
      const holder = await db.pool.connect();
      await holder.query('begin');
      await holder.query('select 1 from dealerships where id = $1 for update', [id]);
      const writes = Promise.all(Array.from({ length: 30 }, write));
      await expect
        .poll(async () => {
          const { rows } = await db.pool.query<{ count: number }>(
            "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          return rows[0]?.count;
        })
        .toBeGreaterThan(5);
      expect(await db.prisma.dealership.count({ where: { id } })).toBe(1);
      await holder.query('commit');
      holder.release();
      await writes;
    },
  );

  test('gives an instant back exactly, whatever the zone of this process', async () => {
    const dealershipId = await createDealership();
    const id = await createVehicle(dealershipId);
    const dates = fc.date({
      min: new Date('1970-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(dates, async (publishedAt) => {
        await db.prisma.vehicle.update({ where: { id }, data: { publishedAt } });
        const read = await db.prisma.vehicle.findUniqueOrThrow({ where: { id } });
        expect(read.publishedAt).toEqual(publishedAt);
        const { rows } = await db.pool.query(
          'SELECT extract(epoch FROM published_at) * 1000 AS ms FROM vehicles WHERE id = $1',
          [id],
        );
        expect(Number(rows[0].ms)).toBe(publishedAt.getTime());
      }),
      { numRuns: 25 },
    );
  });

  test('rolls an interactive transaction back when it throws', async () => {
    const id = randomUUID();
    const attempt = db.prisma.$transaction(async (tx) => {
      await tx.dealership.create({ data: { id, name: 'Gone', slug: id } });
      expect(await tx.dealership.count({ where: { id } })).toBe(1);
      throw new Error('enough');
    });
    await expect(attempt).rejects.toThrow('enough');
    expect(await db.prisma.dealership.count({ where: { id } })).toBe(0);
  });

  test('runs a serializable transaction', async () => {
    const level = await db.prisma.$transaction(
      (tx) =>
        tx.$queryRaw<{ level: string }[]>`SELECT current_setting('transaction_isolation') AS level`,
      { isolationLevel: 'Serializable' },
    );
    expect(level).toEqual([{ level: 'serializable' }]);
  });

  test('runs parallel transactions, each seen whole or not at all', async () => {
    const dealershipId = await createDealership();
    const id = await createVehicle(dealershipId);
    await Promise.all(
      Array.from({ length: 10 }, () =>
        db.prisma.$transaction(async (tx) => {
          await tx.$queryRaw`SELECT 1 AS one FROM vehicles WHERE id = ${id}::uuid FOR UPDATE`;
          const { mediaVersion } = await tx.vehicle.findUniqueOrThrow({ where: { id } });
          await tx.vehicle.update({ where: { id }, data: { mediaVersion: mediaVersion + 1 } });
        }),
      ),
    );
    expect((await db.prisma.vehicle.findUniqueOrThrow({ where: { id } })).mediaVersion).toBe(10);
  });

  test('keeps its connection when the server refuses a statement', async () => {
    const pid = async () => (await db.pool.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
    const total = db.pool.totalCount;
    const before = await pid();
    await expect(db.pool.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
    expect(db.pool.totalCount).toBe(total);
  });

  test('names the constraint of a duplicate', async () => {
    const dealershipId = await createDealership();
    await createVehicle(dealershipId, { stockNumber: 'A1' });
    await expect(createVehicle(dealershipId, { stockNumber: 'A1' })).rejects.toMatchObject({
      code: 'P2002',
      meta: {
        driverAdapterError: {
          cause: { constraint: { index: 'vehicles_dealership_id_stock_number_key' } },
        },
      },
    });
    await createVehicle(await createDealership(), { stockNumber: 'A1' });
  });

  test('refuses media that point to a vehicle of another dealership', async () => {
    const [own, foreign] = [await createDealership(), await createDealership()];
    const vehicleId = await createVehicle(foreign);
    await expect(db.prisma.media.create({ data: mediaOf(own, vehicleId) })).rejects.toMatchObject({
      code: 'P2003',
    });
    await db.prisma.media.create({ data: mediaOf(foreign, vehicleId) });
  });

  test('refuses a rendition of media of another dealership', async () => {
    const [own, foreign] = [await createDealership(), await createDealership()];
    const media = await db.prisma.media.create({
      data: mediaOf(foreign, await createVehicle(foreign)),
    });
    const data = {
      mediaId: media.id,
      format: 'WEBP',
      width: 1,
      height: 1,
      byteSize: 1,
      storageKey: 'r/x',
    } as const;
    await expect(
      db.prisma.rendition.create({ data: { ...data, dealershipId: own } }),
    ).rejects.toMatchObject({ code: 'P2003' });
    await db.prisma.rendition.create({ data: { ...data, dealershipId: foreign } });
  });

  test.each([
    ['a short VIN', { vin: '1M8GDM9AXKP04278' }],
    ['a VIN with a letter that VINs lack', { vin: '1M8GDM9AXKP04278O' }],
    ['a VIN in lower case', { vin: '1m8gdm9axkp042788' }],
    ['a year before there were cars', { year: 1884 }],
    ['a price below nothing', { priceAmount: '-0.01' }],
    ['a currency in lower case', { priceCurrency: 'usd' }],
    ['a mileage below nothing', { mileage: -1 }],
    ['a media version below nothing', { mediaVersion: -1 }],
  ])('refuses %s', async (_, data) => {
    await expect(createVehicle(await createDealership(), data)).rejects.toThrow(/check constraint/);
  });

  test.each([
    ['media without bytes', { originalByteSize: 0n }],
    ['a position below nothing', { position: -1 }],
  ])('refuses %s', async (_, data) => {
    const dealershipId = await createDealership();
    const vehicleId = await createVehicle(dealershipId);
    await expect(
      db.prisma.media.create({ data: mediaOf(dealershipId, vehicleId, data) }),
    ).rejects.toThrow(/check constraint/);
  });

  test('keeps the search text of a vehicle', async () => {
    const dealershipId = await createDealership();
    const read = async (id: string) =>
      (await db.prisma.vehicle.findUniqueOrThrow({ where: { id } })).searchText;
    const id = await createVehicle(dealershipId, {
      year: 2021,
      make: 'Škoda',
      model: 'Octavia',
      vin: '1M8GDM9AXKP042788',
      exteriorColor: 'Blue',
    });
    expect(await read(id)).toBe('2021 škoda octavia 1m8gdm9axkp042788 blue');
    await db.prisma.vehicle.update({
      where: { id },
      data: { exteriorColor: null, stockNumber: 'S-7' },
    });
    expect(await read(id)).toBe('2021 škoda octavia 1m8gdm9axkp042788 s-7');
    expect(await read(await createVehicle(dealershipId))).toBe('');
  });

  test('has one media feed, with an epoch', async () => {
    const feeds = await db.prisma.mediaFeed.findMany();
    expect(feeds).toEqual([
      { id: 1, epoch: expect.stringMatching(/^[0-9a-f]{32}$/), prunedXid: '0', prunedSeq: 0n },
    ]);
    await expect(db.prisma.mediaFeed.create({ data: { id: 2, epoch: 'x' } })).rejects.toThrow();
  });
});
