import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { v7 as uuid } from 'uuid';
import { demoAccount } from '../demo/seed.ts';
import { hashPassword } from '../server/accounts/passwords.ts';
import { connectDatabase, type Database, type DatabaseConfig } from '../server/db/database.ts';
import { createLog } from '../server/log.ts';
import { decodeId } from '../server/node-id.ts';
import { createDiskStorage } from '../server/storage/disk.ts';
import { createS3Storage } from '../server/storage/s3.ts';
import type { Storage } from '../server/storage/storage.ts';
import { clip } from '../test/clips.ts';
import { photo } from '../test/pictures.ts';
import { freshBucket } from '../test/s3.ts';
import { audit, listAll, type Audit } from './crash-audit.ts';
import { CrashClient, sha256Of, type SentPhoto } from './crash-client.ts';
import type { CrashPoint } from './crash-points.ts';
import { startProcess } from './process.ts';

/** Everything that the server waits for, in seconds instead of minutes and days. */
const HURRY = {
  SEED_DEMO: 'false',
  UPLOAD_URL_TTL_SECONDS: '5',
  UPLOAD_ADOPT_SECONDS: '1',
  HOUSEKEEPING_SECONDS: '1',
  SWEEP_SECONDS: '1',
  ORPHAN_GRACE_SECONDS: '1',
  MEDIA_LEASE_SECONDS: '2',
};
/** Past its expiry nothing may be under way for longer. */
const STUCK_MS = 60_000;
/** However busy the machine is: a photo that is not READY by then is lost. */
const READY_WITHIN_MS = 300_000;
/** Objects are settled when none came or went for so long: the grace, and two sweeps. */
const QUIET_MS = 3_500;
const REACHED_WITHIN_MS = 60_000;
const UPLOADS_AT_MOST = 40;
/** Each race waits for the end of a ticket. */
const RACING_AT_ONCE = 8;
/** Sent in three parts. */
const VIDEO_BYTES = 20_000_000;

let video: Promise<Buffer> | null = null;
const theVideo = () =>
  (video ??= clip({ width: 640, height: 352, seconds: 6, minBytes: VIDEO_BYTES }));

export interface Recovery extends Audit {
  /** Whether the server died where it was told to. */
  reached: boolean;
  acknowledged: number;
  /** Photos that were never acknowledged and came through all the same. */
  rescued: number;
  /** Acknowledged photos that did not become READY with every rendition. */
  lost: number;
  /** Tickets that were open long after their time. */
  stuck: number;
}

/** One installation, with its data, that is killed over and over. */
export interface CrashWorld {
  crash(point: CrashPoint, random: (limit: number) => number): Promise<Recovery>;
  /** After all that was made has been deleted and has passed its time: what is left of it. */
  finish(): Promise<{ orphanObjects: number; orphanRows: number }>;
  close(): Promise<void>;
}

export async function createCrashWorld(): Promise<CrashWorld> {
  const bucket = await freshBucket();
  const server = await startProcess({
    ...HURRY,
    ...(bucket && {
      STORAGE_DRIVER: 's3',
      S3_ENDPOINT: bucket.config.endpoint,
      AWS_REGION: bucket.config.region,
      VEHICLE_MEDIA_BUCKET: bucket.config.bucket,
      S3_FORCE_PATH_STYLE: 'true',
      AWS_ACCESS_KEY_ID: bucket.config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.config.credentials.secretAccessKey,
    }),
  });
  const storage: Storage = bucket
    ? createS3Storage(bucket.config)
    : createDiskStorage({
        dir: `${server.dataDir}/storage`,
        publicUrl: () => server.url,
        secret: Buffer.alloc(32),
      });
  if (server.database.kind === 'postgres') await addStaff(server.database);
  const client = await CrashClient.logIn(server.url);
  // Few, so that vehicles share them: what one loses another still needs.
  const photos = await Promise.all(
    [1, 2, 3].map(async (seed) => (await photo({ width: 360, height: 270, seed })).bytes),
  );
  const anyPhoto = (random: (limit: number) => number) =>
    photos[random(photos.length)] ?? Buffer.alloc(0);

  /** Half of them say what they are: most of those are there already. */
  const some = (random: (limit: number) => number): [Buffer, { sha256?: string }] => {
    const bytes = anyPhoto(random);
    return [bytes, random(2) === 0 ? { sha256: sha256Of(bytes) } : {}];
  };
  /** With a video; it goes before the next one comes. */
  let videoVehicle: string | null = null;

  /** With the server down: the embedded database has one process at a time. */
  async function inDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
    await server.kill();
    const db = await connectDatabase(server.database, createLog('silent'));
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  }

  async function drive(point: CrashPoint, random: (limit: number) => number): Promise<void> {
    const vehicleId = await client.addVehicle();
    const any = () => anyPhoto(random);
    switch (point.scene) {
      case 'follow':
      case 'upload':
        if (point.scene === 'follow') await client.follow(vehicleId);
        for (let sent = 0; sent < UPLOADS_AT_MOST; sent += 1)
          await client.upload(vehicleId, ...some(random));
        return;
      case 'half-sent': {
        await client.upload(vehicleId, any());
        const bytes = any();
        const { ticket } = await client.ticket(vehicleId, bytes);
        await client.sendSome(ticket, bytes, 1 + random(bytes.length - 1));
        return server.kill();
      }
      case 'sent':
        await client.upload(vehicleId, any());
        await client.send(vehicleId, any());
        return server.kill();
      case 'expire':
        for (let round = 0; round < UPLOADS_AT_MOST / RACING_AT_ONCE; round += 1) {
          const races = Array.from({ length: RACING_AT_ONCE }, async () => {
            const [bytes, early] = [any(), 50 - random(100)];
            const photo = await client.send(vehicleId, bytes);
            await sleep(Math.max(0, photo.expiresAt - Date.now() - early));
            await client.complete(photo);
          });
          // Nobody sends anything any more when the server is started again.
          const [lost] = (await Promise.allSettled(races)).filter(isRejected);
          if (lost) throw lost.reason;
        }
        return;
      case 'delete':
        for (let round = 0; round < UPLOADS_AT_MOST; round += 1) {
          const other = await client.addVehicle();
          const uploads = client.photos.length;
          await becomesReady(await client.upload(other, ...some(random)));
          client.photos.length = uploads;
          await client.deleteVehicle(other);
          await client.upload(vehicleId, ...some(random));
        }
        return;
      case 'video-half-sent': {
        const bytes = await theVideo();
        const { ticket } = await client.ticket(vehicleId, bytes, { kind: 'video' });
        await client.sendSome(ticket, bytes, 0);
        return server.kill();
      }
      case 'video': {
        if (videoVehicle !== null) await client.deleteVehicle(videoVehicle);
        videoVehicle = vehicleId;
        const film = await client.upload(vehicleId, await theVideo(), { kind: 'video' });
        // The client gives up a video that did not arrive, and its poster goes with it.
        if (!film.acknowledged) throw new Error('The server did not take the video');
        await client.upload(vehicleId, any(), { kind: 'poster', posterFor: film.mediaId });
        return;
      }
      case 'purge':
        return;
    }
  }

  /** A poster is ready when there is something to show of it. */
  async function becomesReady({ mediaId, kind }: SentPhoto): Promise<boolean> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const state = await client.statusOf(mediaId);
      const shown = kind !== 'poster' || (state?.renditions.length ?? 0) > 0;
      if (state?.status === 'READY' && shown) return true;
      if (Date.now() > deadline) return false;
      await sleep(100);
    }
  }

  /** Deleted media, and tickets that came to nothing, as if it were long ago. */
  const longAgo = () =>
    inDatabase(({ pool }) =>
      pool.query(`with media as (
          update media set deleted_at = deleted_at - interval '31 days', updated_at = updated_at - interval '31 days'
        ) update uploads set updated_at = updated_at - interval '31 days' where status <> 'AWAITING_BYTES'`),
    );

  async function isWhole(photo: SentPhoto): Promise<boolean> {
    const { mediaId, kind } = photo;
    if (!(await becomesReady(photo))) return false;
    const { renditions = [], sources = [] } = (await client.statusOf(mediaId)) ?? {};
    if (kind === 'video') {
      const [first] = await Promise.all(
        sources.map(({ url }) => fetch(url, { headers: { range: 'bytes=0-99' } })),
      );
      return (await first?.arrayBuffer())?.byteLength === 100;
    }
    for (const { url, width } of renditions) {
      const response = await fetch(url);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (!response.ok || (await sharp(bytes).metadata()).width !== width) return false;
    }
    return renditions.length > 0;
  }

  /** A ticket ends by itself: what was sent is completed soon, what was not is past its time. */
  async function ends({ uploadId, expiresAt, sent }: SentPhoto): Promise<string> {
    const deadline = (sent ? Math.min(expiresAt, Date.now()) : expiresAt) + STUCK_MS;
    for (;;) {
      const status = (await client.uploadStatus(uploadId)) ?? 'EXPIRED';
      if (status !== 'AWAITING_BYTES' || Date.now() > deadline) return status;
      await sleep(200);
    }
  }

  /** Each of these photos has its original, and nothing comes or goes. */
  async function quiet(photos: readonly SentPhoto[] = []): Promise<void> {
    const deadline = Date.now() + STUCK_MS;
    const originals = photos.map(
      ({ mediaId, kind }) => `/${uuidOf(mediaId)}/${kind === 'poster' ? 'poster-' : ''}`,
    );
    let before = '';
    let since = Date.now();
    while (Date.now() - since < QUIET_MS && Date.now() < deadline) {
      const now = (await listAll(storage)).join();
      if (now !== before || !originals.every((part) => now.includes(part))) since = Date.now();
      before = now;
      await sleep(250);
    }
  }

  /** A ticket may end, or an object's grace, in the moment of the look: looks again for as long as either may stay. */
  async function lookOver<T extends Audit>(
    photos: readonly SentPhoto[],
    look: (...args: Parameters<typeof audit>) => Promise<T>,
  ): Promise<T> {
    const deadline = Date.now() + STUCK_MS;
    const originals = photos.map(({ mediaId, kind, sha256 }) => ({
      mediaUuid: uuidOf(mediaId),
      sha256,
      poster: kind === 'poster',
    }));
    for (;;) {
      await quiet(photos);
      const found = await inDatabase((db) => look(db, storage, originals));
      const clean = found.orphanObjects.length === 0 && found.stuckRows === 0;
      if (clean || Date.now() > deadline) return found;
      await server.start();
    }
  }

  async function recover({ ttlSeconds }: CrashPoint): Promise<Omit<Recovery, 'reached'>> {
    await server.start();
    const open = client.photos.filter((photo) => !photo.acknowledged);
    let [rescued, stuck, lost] = [0, 0, 0];
    for (const photo of open) {
      // Nobody waits ten minutes for a ticket that its client gives up when it is back.
      if (!photo.sent && ttlSeconds > 60) await client.cancel(photo);
      const status = await ends(photo);
      if (status === 'COMPLETED') {
        rescued += 1;
        photo.acknowledged = true;
      } else if (status === 'AWAITING_BYTES') stuck += 1;
    }
    const kept = client.photos.filter((photo) => photo.acknowledged);
    for (const photo of kept) {
      if (await isWhole(photo)) continue;
      lost += 1;
      console.error('lost', photo, await client.statusOf(photo.mediaId));
    }
    const found = await lookOver(kept, audit);
    return { ...found, acknowledged: kept.length - rescued, rescued, lost, stuck };
  }

  return {
    async crash(point, random) {
      client.photos = [];
      if (point.scene === 'purge') {
        await server.kill();
        await server.start();
        const vehicleId = await client.addVehicle();
        const [gone] = [
          await client.upload(vehicleId, anyPhoto(random)),
          await client.upload(vehicleId, anyPhoto(random)),
        ];
        await becomesReady(gone);
        await client.deleteMedia(gone.mediaId);
        await longAgo();
      }
      await server.kill();
      const pass = 1 + (point.scene === 'upload' ? random(2) : 0);
      const env = {
        UPLOAD_TTL_SECONDS: String(point.ttlSeconds),
        // Or the server would be faster than the clients that it is to race.
        ...(point.scene === 'expire' && { UPLOAD_ADOPT_SECONDS: '60' }),
        ...(point.failpoint && { FAILPOINTS: `${point.failpoint}:kill@${pass}` }),
      };
      let failure: unknown = null;
      try {
        await server.start(env);
        await drive(point, random);
      } catch (error) {
        // The server went in the middle of a request, most likely: that is what was wanted.
        failure = error;
      }
      const late = sleep(REACHED_WITHIN_MS, false, { ref: false });
      const reached = await Promise.race([server.ended().then(() => true), late]);
      if (!reached && failure !== null) console.error('not reached', point.name, failure);
      await server.kill();
      const recovery = await recover(point);
      return { reached, ...recovery };
    },

    async finish() {
      await server.start();
      for (const vehicle of client.vehicles.slice(1)) await client.deleteVehicle(vehicle);
      for (const id of await mediaOf(client)) await client.deleteMedia(id);
      await longAgo();
      await server.start();
      const { orphanObjects, orphanRows } = await lookOver([], async (db, ...rest) => {
        const { rows } = await db.pool.query<{ count: number }>(
          `select (select count(*) from media where deleted_at is not null)::int
            + (select count(*) from media where status = 'PENDING_UPLOAD' and not exists (
                select 1 from uploads where media_id = media.id and uploads.status = 'AWAITING_BYTES'))::int "count"`,
        );
        return { ...(await audit(db, ...rest)), orphanRows: rows[0]?.count ?? 0 };
      });
      return { orphanObjects: orphanObjects.length, orphanRows };
    },

    async close() {
      await storage.close();
      await server.stop();
      await bucket?.drop();
    },
  };
}

const uuidOf = (mediaId: string) => decodeId(mediaId)?.uuid ?? '';

const isRejected = (result: PromiseSettledResult<void>): result is PromiseRejectedResult =>
  result.status === 'rejected';

/** The account of the demo, without its vehicles; the embedded database has both. */
async function addStaff(config: DatabaseConfig): Promise<void> {
  const { prisma, close } = await connectDatabase(config, createLog('silent'));
  const [dealershipId, userId] = [uuid(), uuid()];
  const { email, password } = demoAccount;
  await prisma.dealership.create({ data: { id: dealershipId, slug: 'crash', name: 'Crash' } });
  await prisma.user.create({
    data: { id: userId, email, name: 'Staff', passwordHash: await hashPassword(password) },
  });
  await prisma.membership.create({ data: { dealershipId, userId, role: 'OWNER' } });
  await close();
}

/** Of the vehicles that were made, the first is still there: its media. */
async function mediaOf({ staff, vehicles }: CrashClient): Promise<string[]> {
  const { vehicle } = await staff.expect<{
    vehicle: { media: { nodes: { id: string }[] } } | null;
  }>('query ($id: ID!) { vehicle(id: $id) { media(first: 100) { nodes { id } } } }', {
    id: vehicles[0],
  });
  return vehicle?.media.nodes.map(({ id }) => id) ?? [];
}
