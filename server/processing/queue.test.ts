import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from '../db/database.ts';
import { createMediaQueue } from './queue.ts';

let fresh: FreshDatabase;
let db: Database;

beforeEach(async () => {
  fresh = await freshDatabase();
  db = await connectDatabase(fresh.config, pino({ level: 'silent' }));
});
afterEach(async () => {
  await db.close();
  await fresh.drop();
});

it('wakes a worker when the transaction that brings a job commits, in whatever process', async () => {
  const woken = vi.fn();
  const stop = await createMediaQueue(db).onJob(woken);
  expect(woken).toHaveBeenCalledOnce();

  const [dealershipId, vehicleId, mediaId] = [uuid(), uuid(), uuid()];
  await db.prisma.dealership.create({ data: { id: dealershipId, name: 'North', slug: 'north' } });
  await db.prisma.vehicle.create({ data: { id: vehicleId, dealershipId, stockNumber: '1' } });
  const file = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 1 };
  await db.prisma.media.create({
    data: {
      id: mediaId,
      dealershipId,
      vehicleId,
      position: 0,
      originalFileName: file.fileName,
      originalContentType: file.contentType,
      originalByteSize: file.byteSize,
    },
  });
  // No queue of this process knows of it.
  await db.prisma.mediaJob.create({
    data: { id: uuid(), dealershipId, mediaId, version: 1, sourceKey: 'k', sha256: '', ...file },
  });
  await expect.poll(() => woken).toHaveBeenCalledTimes(2);
  await stop();
});
