import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, it } from 'vitest';
import { addVehicle, uploadPhoto } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { armFailpoints } from '../failpoint.ts';
import { decodeId } from '../node-id.ts';
import { SHELVES } from './live-objects.ts';
import { condemnOrphans, keepObjects } from './orphans.ts';
import { ownsStore, OWNER_KEY } from './store-owner.ts';
import { purgeMedia } from './purge-media.ts';
import { sweepObjects } from './sweep-objects.ts';

let server: TestServer;
let north: TestDealership;
let picture: Buffer;
let seed = 0;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
});
beforeEach(async () => {
  picture = (await photo({ width: 64, height: 48, seed: (seed += 1) })).bytes;
});
afterEach(() => void armFailpoints([]));
afterAll(() => server.stop());

const uuidOf = (id: string) => decodeId(id)?.uuid ?? '';
const sweep = (graceSeconds = 0) =>
  sweepObjects(server.app.db.prisma, server.app.storage, graceSeconds);
const query = (text: string, values: unknown[] = []) => server.app.db.pool.query(text, values);

async function stored(prefix = ''): Promise<string[]> {
  const keys = [];
  for (const start of prefix ? [prefix] : SHELVES.map((shelf) => shelf.prefix)) {
    for await (const { key } of server.app.storage.list(start)) keys.push(key);
  }
  return keys;
}

async function status(mediaId: string): Promise<string | undefined> {
  const { rows } = await query('select status from media where id = $1', [uuidOf(mediaId)]);
  return (rows[0] as { status: string } | undefined)?.status;
}

async function ready(vehicleId: string, more = {}, bytes = picture): Promise<string> {
  const mediaId = await uploadPhoto(north.staff, vehicleId, bytes, more);
  await settled();
  // The bytes as they came go behind the job.
  const { rows } = await query('select storage_key from uploads where media_id = $1', [
    uuidOf(mediaId),
  ]);
  const came = (rows as { storage_key: string }[]).map(({ storage_key }) => storage_key);
  const left = async () => (await stored('incoming/')).filter((key) => came.includes(key));
  await expect.poll(left).toEqual([]);
  expect(await status(mediaId)).toBe('READY');
  return mediaId;
}

const settled = () =>
  expect
    .poll(async () => (await query('select 1 from media_jobs')).rowCount, { timeout: 15_000 })
    .toBe(0);

/** What a media is made of, by its rows. */
async function objectsOf(mediaId: string): Promise<string[]> {
  const { rows } = await query(
    `select storage_key "key" from renditions where media_id = $1
      union select concat_ws('/', 'originals', dealership_id, vehicle_id, id, version) from media where id = $1`,
    [uuidOf(mediaId)],
  );
  return (rows as { key: string }[]).map(({ key }) => key).sort();
}

async function expectWhole(mediaId: string): Promise<void> {
  const keys = await objectsOf(mediaId);
  expect(keys.length).toBeGreaterThan(1);
  expect(await stored()).toEqual(expect.arrayContaining(keys));
}

async function deleteMedia(mediaId: string, daysAgo: number): Promise<void> {
  await north.staff.expect(
    'mutation ($id: ID!) { deleteMedia(input: { ids: [$id] }) { deletedIds } }',
    { id: mediaId },
  );
  await query(`update media set deleted_at = now() - make_interval(days => $2) where id = $1`, [
    uuidOf(mediaId),
    daysAgo,
  ]);
}

const deleteVehicle = (id: string) =>
  north.staff.expect(
    'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId userErrors { code } } }',
    { id },
  );

describe('an object that is nobody’s', () => {
  it('is deleted once it has been so for the time of grace', async () => {
    const mediaId = await ready(await addVehicle(north.staff));
    const [a, b, c, d] = Array.from({ length: 4 }, () => randomUUID());
    const orphans = [
      `incoming/${a}/${b}`,
      `originals/${a}/${b}/${c}/1`,
      `r/${d?.replaceAll('-', '')}/320.webp`,
    ];
    for (const key of orphans)
      await server.app.storage.write(key, picture, { contentType: 'image/jpeg' });
    await sweep(3_600);
    expect(await stored()).toEqual(expect.arrayContaining(orphans));
    await query("update orphaned_objects set found_at = now() - interval '2 hours'");
    expect(await sweep(3_600)).toBe(3);
    expect((await stored()).filter((key) => orphans.includes(key))).toEqual([]);
    await expectWhole(mediaId);
  });

  it('stays when the server would not have made it', async () => {
    await server.app.storage.write('r/logo.png', picture, { contentType: 'image/png' });
    await sweep();
    expect(await stored('r/')).toContain('r/logo.png');
  });

  it('goes with its vehicle', async () => {
    const vehicleId = await addVehicle(north.staff);
    const keys = await objectsOf(await ready(vehicleId));
    await deleteVehicle(vehicleId);
    await sweep();
    expect((await stored()).filter((key) => keys.includes(key))).toEqual([]);
  });

  it('goes when a new version has taken its place', async () => {
    const vehicleId = await addVehicle(north.staff);
    const mediaId = await ready(vehicleId);
    const before = await objectsOf(mediaId);
    const other = (await photo({ width: 80, height: 60, seed: (seed += 1) })).bytes;
    await ready(vehicleId, { replaceMediaId: mediaId }, other);
    await sweep();
    expect((await stored()).filter((key) => before.includes(key))).toEqual([]);
    await expectWhole(mediaId);
  });

  it('goes at the next sweep when one broke off over it', async () => {
    const vehicleId = await addVehicle(north.staff);
    const keys = await objectsOf(await ready(vehicleId));
    await deleteVehicle(vehicleId);
    armFailpoints([{ name: 'sweep-listed', action: 'error', pass: 1 }]);
    await expect(sweep()).rejects.toThrow('sweep-listed');
    expect(await stored()).toEqual(expect.arrayContaining(keys));
    // What it had condemned has no more grace.
    await sweep(3_600);
    expect((await stored('originals/')).filter((key) => keys.includes(key))).toEqual([]);
    await sweep();
    expect((await stored()).filter((key) => keys.includes(key))).toEqual([]);
  });

  it('may be found by several sweeps at once', async () => {
    const mediaId = await ready(await addVehicle(north.staff));
    const vehicleId = await addVehicle(north.staff);
    const other = (await photo({ width: 80, height: 60, seed: (seed += 1) })).bytes;
    const keys = await objectsOf(await ready(vehicleId, {}, other));
    await deleteVehicle(vehicleId);
    await Promise.all([sweep(), sweep(), sweep()]);
    expect((await stored()).filter((key) => keys.includes(key))).toEqual([]);
    await expectWhole(mediaId);
  });
});

describe('an object that is somebody’s', () => {
  it('stays for the media that share it, and goes with the last', async () => {
    const vehicleId = await addVehicle(north.staff);
    const [first, second] = [await ready(vehicleId), await ready(vehicleId)];
    const renditions = (await objectsOf(first)).filter((key) => key.startsWith('r/'));
    expect(await objectsOf(second)).toEqual(expect.arrayContaining(renditions));
    await deleteMedia(first, 31);
    expect(await purgeMedia(server.app.db)).toBe(1);
    await sweep();
    await expectWhole(second);
    await deleteMedia(second, 31);
    await purgeMedia(server.app.db);
    await sweep();
    expect((await stored('r/')).filter((key) => renditions.includes(key))).toEqual([]);
  });

  it('waits with a photo that failed, so that it can be tried again', async () => {
    const vehicleId = await addVehicle(north.staff);
    const mediaId = await uploadPhoto(
      north.staff,
      vehicleId,
      picture.subarray(0, picture.length / 2),
    );
    await settled();
    expect(await status(mediaId)).toBe('FAILED');
    const before = await stored();
    await sweep();
    expect(await stored()).toEqual(before);
  });

  it('is kept from a sweep that saw it before it was written again', async () => {
    const { db, storage } = server.app;
    const [, , shelf] = SHELVES;
    if (!shelf) throw new Error('There is no such shelf');
    const vehicleId = await addVehicle(north.staff);
    const keys = (await objectsOf(await ready(vehicleId))).filter((key) => key.startsWith('r/'));
    await deleteVehicle(vehicleId);
    const condemned = await condemnOrphans(db.prisma, shelf, keys, 0);
    expect(condemned.sort()).toEqual(keys);
    const mediaId = await ready(await addVehicle(north.staff));
    await storage.delete(condemned);
    await expectWhole(mediaId);
    await sweep();
    await expectWhole(mediaId);
  });

  it('is written anew when a sweep condemned it before its media was READY', async () => {
    const [held] = armFailpoints([{ name: 'renditions-written', action: 'wait', pass: 1 }]);
    const mediaId = await uploadPhoto(north.staff, await addVehicle(north.staff), picture);
    await held?.reached;
    expect(await sweep()).toBeGreaterThan(0);
    held?.release();
    await settled();
    expect(await status(mediaId)).toBe('READY');
    await expectWhole(mediaId);
  });

  it.runIf(process.env.DATABASE_URL)(
    'is not condemned while a transaction that names it is open',
    async () => {
      const { prisma } = server.app.db;
      const mediaId = await ready(await addVehicle(north.staff));
      const key = `r/${randomUUID().replaceAll('-', '')}/9.webp`;
      const [, , shelf] = SHELVES;
      if (!shelf) throw new Error('There is no such shelf');
      let condemning: Promise<string[]> = Promise.resolve([]);
      await prisma.$transaction(async (tx) => {
        await tx.$executeRaw`
          insert into renditions (dealership_id, media_id, format, width, height, byte_size, storage_key)
          values (${north.uuid}::uuid, ${uuidOf(mediaId)}::uuid, 'AVIF', 9, 9, 9, ${key})`;
        await keepObjects(tx, [key]);
        condemning = condemnOrphans(prisma, shelf, [key], 0);
        await expect
          .poll(async () => {
            const { rowCount } = await query(
              "select 1 from pg_locks where relation = 'orphaned_objects'::regclass and not granted",
            );
            return rowCount;
          })
          .toBe(1);
      });
      expect(await condemning).toEqual([]);
    },
  );
});

describe('a store', () => {
  it('is swept for the database that came first, and for no other', async () => {
    const { db, storage } = server.app;
    const owns = () => ownsStore(db.prisma, storage);
    await storage.delete([OWNER_KEY]);
    expect([await owns(), await owns()]).toEqual([true, true]);
    await query("update media_feed set epoch = 'restored-' || epoch");
    expect(await owns()).toBe(false);
    await storage.delete([OWNER_KEY]);
    expect(await owns()).toBe(true);
    await sweep();
    expect(await stored('originals/')).toContain(OWNER_KEY);
  });
});

describe('a deleted media', () => {
  it('is whole for as long as it can be restored', async () => {
    const mediaId = await ready(await addVehicle(north.staff));
    await deleteMedia(mediaId, 29);
    expect(await purgeMedia(server.app.db)).toBe(0);
    await sweep();
    const { restoreMedia } = await north.staff.expect<{ restoreMedia: { userErrors: [] } }>(
      'mutation ($id: ID!) { restoreMedia(input: { id: $id }) { userErrors { code } } }',
      { id: mediaId },
    );
    expect(restoreMedia.userErrors).toEqual([]);
    await expectWhole(mediaId);
  });

  it('loses its rows first, and its objects though the server dies in between', async () => {
    const mediaId = await ready(await addVehicle(north.staff));
    const keys = await objectsOf(mediaId);
    await deleteMedia(mediaId, 31);
    armFailpoints([{ name: 'purge-rows-gone', action: 'error', pass: 1 }]);
    await expect(purgeMedia(server.app.db)).rejects.toThrow('purge-rows-gone');
    expect(await status(mediaId)).toBeUndefined();
    expect(await stored()).toEqual(expect.arrayContaining(keys));
    await sweep();
    expect((await stored()).filter((key) => keys.includes(key))).toEqual([]);
  });
});

describe('a ticket that came to nothing', () => {
  it('is kept for a week, with its media', async () => {
    const vehicleId = await addVehicle(north.staff);
    const { requestUpload } = await north.staff.expect<{
      requestUpload: { upload: { id: string } };
    }>(
      `mutation ($id: ID!) { requestUpload(input: { vehicleId: $id, fileName: "a.jpg", contentType: "image/jpeg",
        byteSize: 9, md5: "AAAAAAAAAAAAAAAAAAAAAA==" }) { upload { id } } }`,
      { id: vehicleId },
    );
    const id = uuidOf(requestUpload.upload.id);
    const rows = async () => (await query('select 1 from uploads where id = $1', [id])).rowCount;
    await query("update media set updated_at = now() - interval '9 days' where status = $1", [
      'PENDING_UPLOAD',
    ]);
    const after = async (change: string, days: number) => {
      await query(
        `update uploads set updated_at = now() - make_interval(days => $2), ${change} where id = $1`,
        [id, days],
      );
      await purgeMedia(server.app.db);
      return rows();
    };
    expect(await after("status = 'AWAITING_BYTES'", 9)).toBe(1);
    expect(await after("status = 'EXPIRED'", 6)).toBe(1);
    expect(await after("status = 'EXPIRED'", 8)).toBe(0);
  });
});
