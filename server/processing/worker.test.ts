import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId } from '../node-id.ts';
import { addVehicle, readGallery, uploadPhoto } from '../../test/gallery.ts';
import { eventsUntil, followByWebSocket, settledStatus } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

let server: TestServer;
let north: TestDealership;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  picture = (await photo({ width: 700, height: 500, seed: 3 })).bytes;
});
afterAll(() => server.stop());

interface Details {
  node: {
    status: string;
    width: number | null;
    errors: { code: string; message: string; retryable: boolean }[];
    renditions: { url: string; width: number; format: string }[];
    srcset: string | null;
  };
}

const DETAILS = `query ($id: ID!) {
  node(id: $id) {
    ... on ImageMedia { status width errors { code message retryable } renditions { url width format } srcset }
  }
}`;

async function settle(
  bytes: Buffer,
): Promise<{ vehicleId: string; mediaId: string; status: string }> {
  const vehicleId = await addVehicle(north.staff);
  const after = (await readGallery(north.staff, vehicleId)).mediaCursor;
  const mediaId = await uploadPhoto(north.staff, vehicleId, bytes);
  const status = await settledStatus({
    url: server.url,
    token: north.token,
    vehicleId,
    after,
    mediaId,
  });
  return { vehicleId, mediaId, status };
}

describe('a photo', () => {
  it('is shown in every width up to its own, under addresses that may be cached for ever', async () => {
    const { mediaId, status } = await settle(picture);
    expect(status).toBe('READY');
    const { node } = await server.visitor.expect<Details>(DETAILS, { id: mediaId });
    expect(node.renditions.map(({ width, format }) => `${width} ${format}`)).toEqual([
      '320 JPEG',
      '320 WEBP',
      '640 JPEG',
      '640 WEBP',
      '700 JPEG',
      '700 WEBP',
    ]);
    expect(node.srcset).toMatch(/320w, .* 640w, .* 700w$/);
    const response = await fetch(node.renditions[0]?.url ?? '');
    expect(response.headers.get('cache-control')).toMatch(/max-age=31536000.*immutable/);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
  });

  it('is found by whoever asks for vehicles that changed since it was accepted', async () => {
    const vehicleId = await addVehicle(north.staff);
    const after = (await readGallery(north.staff, vehicleId)).mediaCursor;
    const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
    await settledStatus({ url: server.url, token: north.token, vehicleId, after, mediaId });
    const { rows } = await server.app.db.pool.query<{ late: boolean }>(
      'select v.updated_at >= m.ready_at late from vehicles v join media m on m.vehicle_id = v.id where m.id = $1',
      [decodeId(mediaId)?.uuid],
    );
    expect(rows).toEqual([{ late: true }]);
  });

  it('has the same addresses whenever it is uploaded', async () => {
    const urls = async () => {
      const { mediaId } = await settle(picture);
      const { node } = await server.visitor.expect<Details>(DETAILS, { id: mediaId });
      return node.renditions.map(({ url }) => url);
    };
    expect(await urls()).toEqual(await urls());
  });

  it('keeps no copy where it was sent to', async () => {
    await settle(picture);
    await expect
      .poll(async () => {
        const left = [];
        for await (const { key } of server.app.storage.list('incoming/')) left.push(key);
        return left;
      })
      .toEqual([]);
  });

  it('that is cut short fails with words for people, stays hidden, and can be tried again', async () => {
    const { vehicleId, mediaId, status } = await settle(picture.subarray(0, picture.length / 2));
    expect(status).toBe('FAILED');
    const { node } = await north.staff.expect<Details>(DETAILS, { id: mediaId });
    expect(node.errors).toEqual([
      { code: 'UNREADABLE', message: expect.stringContaining('damaged'), retryable: false },
    ]);
    expect((await readGallery(server.visitor, vehicleId)).media.totalCount).toBe(0);
    expect((await readGallery(north.staff, vehicleId)).media.totalCount).toBe(1);

    const after = (await readGallery(north.staff, vehicleId)).mediaCursor;
    const { retryMedia } = await north.staff.expect<{ retryMedia: { media: { status: string } } }>(
      'mutation ($id: ID!) { retryMedia(input: { id: $id }) { media { status } } }',
      { id: mediaId },
    );
    expect(retryMedia.media.status).toMatch(/UPLOADED|PROCESSING|FAILED/);
    const live = followByWebSocket({ url: server.url, token: north.token, vehicleId, after });
    const events = await eventsUntil(live, ({ to }) => to === 'FAILED');
    await live.events.return?.();
    expect(events.map(({ to }) => to)).toEqual(['UPLOADED', 'PROCESSING', 'FAILED']);
  });

  it('whose worker died is taken over when its lease ends', async () => {
    const vehicleId = await addVehicle(north.staff);
    const after = (await readGallery(north.staff, vehicleId)).mediaCursor;
    const { pool } = server.app.db;
    // Whoever took the job first is never heard of again.
    await pool.query(`create or replace function lose_job() returns trigger language plpgsql as $$
      begin new.lease_expires_at = now() + interval '1 hour'; new.attempts = 1; return new; end $$`);
    await pool.query(
      'create trigger lose_job before insert on media_jobs for each row execute function lose_job()',
    );
    const mediaId = await uploadPhoto(north.staff, vehicleId, picture);
    await pool.query('drop trigger lose_job on media_jobs');
    expect(
      await pool.query('select 1 from media_jobs where media_id = $1', [decodeId(mediaId)?.uuid]),
    ).toHaveProperty('rowCount', 1);
    await pool.query("update media_jobs set lease_expires_at = now() - interval '1 second'");
    const other = await uploadPhoto(north.staff, vehicleId, picture);
    for (const id of [mediaId, other]) {
      expect(
        await settledStatus({ url: server.url, token: north.token, vehicleId, after, mediaId: id }),
      ).toBe('READY');
    }
  });
});
