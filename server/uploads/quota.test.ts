import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Upload } from '../../generated/prisma/client.ts';
import { addVehicle, describeFile, requestUpload } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import {
  add,
  endJobs,
  openDesk,
  request,
  SHA256,
  ticket,
  usageOf,
  type Desk,
} from '../../test/upload-desk.ts';
import { isUnavailable } from '../db/unavailable.ts';
import { UserFailure } from '../errors.ts';
import { USAGE_COLUMNS } from '../gallery/storage-usage.ts';
import { claimUpload } from './claim-upload.ts';

let server: TestServer;
let north: TestDealership;

beforeAll(async () => {
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
});
afterAll(() => server.stop());

const outcomeOf = (outcome: Upload | UserFailure) =>
  outcome instanceof UserFailure ? outcome.code : 'granted';

/** Asks again while the database has no connection free, as callers are told to. */
async function whenFree<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return whenFree(ask);
  }
}

describe('room for one more', () => {
  it.each([
    ['media of the vehicle', { maxMediaPerVehicle: 1 }],
    ['bytes of the vehicle', { maxBytesPerVehicle: 19 }],
    ['bytes of the dealership', { maxBytesPerDealership: 19 }],
  ])('by %s is given once to 200 requests at the same moment', async (_, limits) => {
    const desk = await openDesk(server, { maxMediaPerVehicle: 1_000, ...limits }, 2);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        whenFree(() =>
          request(desk, 10, { vehicle: 'maxBytesPerDealership' in limits ? index % 2 : 0 }),
        ),
      ),
    );
    const count = (code: string) =>
      outcomes.filter((outcome) => outcomeOf(outcome) === code).length;
    expect([count('granted'), count('QUOTA_EXCEEDED')]).toEqual([1, 199]);
  });
});

describe('reserved room', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk(server);
  });

  it('is used by a completion', async () => {
    const upload = await ticket(desk, 40);
    expect(await usageOf(desk)).toEqual([0, 0, 1, 40]);
    await claimUpload(server.app.db.prisma, upload, SHA256);
    expect(await usageOf(desk)).toEqual([1, 40, 0, 0]);
    await endJobs(desk, 'ready');
    expect(await usageOf(desk)).toEqual([1, 40, 0, 0]);
  });

  it('is free again after a cancel', async () => {
    const upload = await ticket(desk, 50);
    await ticket(desk, 50);
    expect(outcomeOf(await request(desk, 1))).toBe('QUOTA_EXCEEDED');
    await desk.uploads.cancel(desk.staff, upload.id);
    expect(await usageOf(desk)).toEqual([0, 0, 1, 50]);
    expect(outcomeOf(await request(desk, 50))).toBe('granted');
  });

  it.each(['the next request', 'housekeeping'])(
    'is free again when %s finds it late',
    async (who) => {
      const late = [await ticket(desk, 50), await ticket(desk, 50)];
      await server.app.db.prisma.upload.updateMany({
        where: { id: { in: late.map(({ id }) => id) } },
        data: { expiresAt: new Date(0) },
      });
      if (who === 'housekeeping') {
        await desk.uploads.expire();
        expect(await usageOf(desk)).toEqual([0, 0, 0, 0]);
      }
      expect(outcomeOf(await request(desk, 50))).toBe('granted');
      expect(await usageOf(desk)).toEqual([0, 0, 1, 50]);
    },
  );

  it('is free again when other bytes came than were announced', async () => {
    const upload = await ticket(desk, 10);
    await server.app.storage.write(upload.storageKey, Buffer.from('no picture'), {
      contentType: 'image/jpeg',
    });
    const completion = desk.uploads.complete(desk.staff, upload.id, null);
    await expect(completion).rejects.toMatchObject({ code: 'BYTES_MISMATCH' });
    expect(await usageOf(desk)).toEqual([0, 0, 0, 0]);
  });
});

describe('used room', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk(server);
  });

  it('is free after a delete, and taken again by a restore that finds it', async () => {
    const first = await add(desk, 50);
    const second = await add(desk, 50);
    await desk.gallery.remove(desk.staff, [first]);
    expect(await usageOf(desk)).toEqual([1, 50, 0, 0]);
    const third = await add(desk, 20);
    await expect(desk.gallery.restore(desk.staff, first)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      data: { usage: { total: { usedCount: 2, usedBytes: 70 }, limitBytes: 100 } },
    });
    await desk.gallery.remove(desk.staff, [third]);
    await desk.gallery.restore(desk.staff, first);
    expect(await usageOf(desk)).toEqual([2, 100, 0, 0]);
    expect(second).not.toBe(first);
  });

  it('goes with the vehicle', async () => {
    await add(desk, 50);
    await ticket(desk, 20);
    const { prisma } = server.app.db;
    await prisma.vehicle.delete({ where: { id: desk.vehicleIds[0] ?? '' } });
    const left = await prisma.dealership.findUniqueOrThrow({
      where: { id: desk.staff.dealershipId },
      select: USAGE_COLUMNS,
    });
    expect(Object.values(left).map(Number)).toEqual(Object.values(left).map(() => 0));
  });

  it('grows by a new version only as far as that is larger', async () => {
    const mediaId = await add(desk, 40);
    await add(desk, 50);
    expect(outcomeOf(await request(desk, 11))).toBe('QUOTA_EXCEEDED');
    const replace = (byteSize: number) => request(desk, byteSize, { replaceMediaId: mediaId });
    expect(outcomeOf(await replace(50))).toBe('granted');
    expect(await usageOf(desk)).toEqual([2, 90, 0, 10]);
    expect(outcomeOf(await replace(10))).toBe('granted');
    expect(outcomeOf(await request(desk, 1))).toBe('QUOTA_EXCEEDED');
    for (const { id } of await desk.uploads.open(desk.staff, undefined))
      await desk.uploads.cancel(desk.staff, id);
    await add(desk, 10, mediaId);
    expect(await usageOf(desk)).toEqual([2, 60, 0, 0]);
  });

  it('is back at what is shown when a new version fails', async () => {
    const mediaId = await add(desk, 10);
    const upload = await ticket(desk, 40, { replaceMediaId: mediaId });
    await claimUpload(server.app.db.prisma, upload, SHA256);
    expect(await usageOf(desk)).toEqual([1, 40, 0, 0]);
    await endJobs(desk, 'failed');
    expect(await usageOf(desk)).toEqual([1, 10, 0, 0]);
  });
});

describe('room that is asked for again', () => {
  it('counts the new version that was on its way when the media was deleted', async () => {
    const desk = await openDesk(server);
    const mediaId = await add(desk, 10);
    await ticket(desk, 40, { replaceMediaId: mediaId });
    await desk.gallery.remove(desk.staff, [mediaId]);
    expect(await usageOf(desk)).toEqual([0, 0, 0, 0]);
    await add(desk, 50);
    const last = await add(desk, 20);
    const restore = () => desk.gallery.restore(desk.staff, mediaId);
    await expect(restore()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await desk.gallery.remove(desk.staff, [last]);
    await restore();
    expect(await usageOf(desk)).toEqual([2, 60, 0, 30]);
  });

  it('counts the new version that a retry prepares', async () => {
    const desk = await openDesk(server);
    const { prisma } = server.app.db;
    const first = await ticket(desk, 10);
    await claimUpload(prisma, first, SHA256);
    const larger = await ticket(desk, 40, { replaceMediaId: first.mediaId });
    await claimUpload(prisma, larger, SHA256);
    await prisma.upload.update({ where: { id: first.id }, data: { completedAt: new Date(0) } });
    await endJobs(desk, 'failed');
    await add(desk, 50);
    const last = await add(desk, 40);
    expect(await usageOf(desk)).toEqual([3, 100, 0, 0]);
    const retry = () => desk.retry(desk.staff, first.mediaId);
    await expect(retry()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await desk.gallery.remove(desk.staff, [last]);
    await retry();
    expect(await usageOf(desk)).toEqual([2, 90, 0, 0]);
  });
});

describe('policy and usage', () => {
  const READ = `query ($id: ID!) { vehicle(id: $id) {
    storageUsage { images { usedCount } videos { usedCount } total { usedBytes reservedCount reservedBytes } limitCount limitBytes }
    dealership {
      storageUsage { total { reservedBytes } limitCount limitBytes }
      uploadPolicy { contentTypes maxImageBytes maxVideoBytes maxMediaPerVehicle maxBytesPerVehicle maxBytesPerDealership }
    }
  } }`;

  it('are told to staff, and to nobody else', async () => {
    const id = await addVehicle(north.staff);
    await requestUpload(north.staff, describeFile(id, Buffer.alloc(100)));
    expect(await north.staff.expect(READ, { id })).toMatchObject({
      vehicle: {
        storageUsage: {
          total: { usedBytes: 0, reservedCount: 1, reservedBytes: 100 },
          limitCount: 100,
          limitBytes: 1_000_000_000,
        },
        dealership: {
          storageUsage: { total: { reservedBytes: 100 }, limitCount: null, limitBytes: null },
          uploadPolicy: {
            contentTypes: expect.arrayContaining(['image/jpeg']),
            maxImageBytes: 25_000_000,
            maxVideoBytes: 100_000_000,
            maxMediaPerVehicle: 100,
            maxBytesPerVehicle: 1_000_000_000,
            maxBytesPerDealership: null,
          },
        },
      },
    });
    expect(await server.visitor.expect(READ, { id })).toEqual({
      vehicle: { storageUsage: null, dealership: { storageUsage: null, uploadPolicy: null } },
    });
  });
});
