import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle, readGallery, uploadPhoto } from '../../test/gallery.ts';
import { eventsUntil, followBySse, followByWebSocket } from '../../test/live-client.ts';
import { photo } from '../../test/pictures.ts';
import { hasRedis, startRedis, type RedisServer } from '../../test/redis.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import type { Config } from '../config.ts';
import { WAKE_UP_CHANNEL } from './outbox.ts';

const CHANGES = 40;

async function photoOf(north: TestDealership, vehicleId: string): Promise<string> {
  const { bytes } = await photo({ width: 200, height: 150, seed: 1 });
  return uploadPhoto(north.staff, vehicleId, bytes);
}

function setAlt(north: TestDealership, id: string, alt: string): Promise<unknown> {
  return north.staff.expect(
    'mutation ($id: ID!, $alt: String) { updateMedia(input: { id: $id, alt: $alt }) { userErrors { message } } }',
    { id, alt },
  );
}

describe.skipIf(!hasRedis)('a server with Redis', () => {
  let redis: RedisServer;
  let server: TestServer;
  beforeAll(async () => {
    redis = await startRedis();
    server = await startServer({ env: { REDIS_URL: redis.url } });
  });
  afterAll(async () => {
    await server.stop();
    await redis.stop();
  });

  it('tells its readers without NOTIFY', async () => {
    const north = await server.dealership(PUBLIC_DEALERSHIP);
    const vehicleId = await addVehicle(north.staff);
    const { mediaCursor: after } = await readGallery(north.staff, vehicleId);
    const heard: string[] = [];
    await server.app.db.listen(WAKE_UP_CHANNEL, (payload) => heard.push(payload));
    const live = followBySse({ url: server.url, token: north.token, vehicleId, after });
    await photoOf(north, vehicleId);
    await eventsUntil(live, ({ to }) => to === 'READY');
    live.cut();
    const notify = (text: string) =>
      server.app.db.pool.query('select pg_notify($1, $2)', [WAKE_UP_CHANNEL, text]);
    await notify('from the test');
    await expect.poll(() => heard).toContain('from the test');
    expect(heard).toEqual(['', 'from the test']);
  });
});

describe.runIf(process.env.DATABASE_URL).each(hasRedis ? ['NOTIFY', 'Redis'] : ['NOTIFY'])(
  'two servers on one Postgres, woken by %s',
  { timeout: 30_000 },
  (channel) => {
    let redis: RedisServer | null;
    let writing: TestServer;
    let telling: TestServer;
    let north: TestDealership;
    let vehicleId: string;
    let mediaId: string;
    beforeAll(async () => {
      redis = channel === 'Redis' ? await startRedis() : null;
      // Their files are apart.
      const env = { MEDIA_CONCURRENCY: '0', ...(redis && { REDIS_URL: redis.url }) };
      let database: Config['database'] | undefined;
      const onOne = (config: Config) => ({ ...config, database: (database ??= config.database) });
      writing = await startServer({ env, change: onOne });
      telling = await startServer({ env, change: onOne });
      north = await writing.dealership(PUBLIC_DEALERSHIP);
      vehicleId = await addVehicle(north.staff);
      mediaId = await photoOf(north, vehicleId);
    });
    afterAll(async () => {
      await telling.stop();
      await writing.stop();
      await redis?.stop();
    });

    /** Until the server makes a new one. */
    async function loseChannel(): Promise<void> {
      if (redis) return redis.kill();
      await writing.app.db.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query like 'LISTEN%'`,
      );
    }

    it('tell every event once and in order, whatever becomes of what wakes them', async () => {
      const { mediaCursor: after } = await readGallery(north.staff, vehicleId);
      const lives = [followBySse, followByWebSocket].map((follow) =>
        follow({ url: telling.url, token: north.token, vehicleId, after }),
      );
      const told = Promise.all(
        lives.map((live) => eventsUntil(live, ({ media }) => media?.alt === `change ${CHANGES}`)),
      );
      for (let change = 1; change <= CHANGES; change++) {
        if (change % 10 === 5) await loseChannel();
        await setAlt(north, mediaId, `change ${change}`);
        if (change % 10 === 9) await redis?.start();
      }
      for (const events of await told) {
        const alts = events
          .map(({ media }) => media?.alt)
          .filter((alt) => alt?.startsWith('change'));
        expect(alts).toEqual(Array.from({ length: CHANGES }, (_, index) => `change ${index + 1}`));
      }
      for (const live of lives) live.cut();
    });

    it('tell what happens while nothing wakes them', async () => {
      const { mediaCursor: after } = await readGallery(north.staff, vehicleId);
      const live = followBySse({ url: telling.url, token: north.token, vehicleId, after });
      await setAlt(north, mediaId, 'before');
      await eventsUntil(live, ({ media }) => media?.alt === 'before');
      await loseChannel();
      await setAlt(north, mediaId, 'meanwhile');
      await eventsUntil(live, ({ media }) => media?.alt === 'meanwhile');
      live.cut();
      await redis?.start();
    });
  },
);
