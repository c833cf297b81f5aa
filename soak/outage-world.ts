import { demoAccount } from '../demo/seed.ts';
import { connectDatabase } from '../server/db/database.ts';
import { createLog } from '../server/log.ts';
import { decodeId } from '../server/node-id.ts';
import { createS3Storage } from '../server/storage/s3.ts';
import { clip } from '../test/clips.ts';
import { addVehicle } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { photo } from '../test/pictures.ts';
import { freshBucket } from '../test/s3.ts';
import type { UploadTask } from '../widget/uploader/queue/upload-task.ts';
import type { UploadQueue } from '../widget/uploader/queue/upload-queue.ts';
import { audit } from './crash-audit.ts';
import { elementQueue } from './element-queue.ts';
import { startProcess } from './process.ts';

/** Everything that waits for its time does so for seconds, and addresses expire in a long outage. */
const HURRY = {
  UPLOAD_URL_TTL_SECONDS: '30',
  HOUSEKEEPING_SECONDS: '1',
  SWEEP_SECONDS: '1',
  ORPHAN_GRACE_SECONDS: '1',
};
/** Above what goes in one piece. */
const VIDEO_BYTES = 17_000_000;

/** A page of staff on a vehicle of its own, and what it was told. */
export interface Page {
  readonly vehicleId: string;
  readonly queue: UploadQueue;
  accepted: number;
  retries: number;
}

/** A media as its page shows it. */
export interface Shown {
  id: string;
  status: string;
  original: { sha256: string } | null;
}

/** What must be 0 once storage is back and everything has settled. */
export interface Leftovers {
  lostOriginals: number;
  lostRenditions: number;
  orphanObjects: number;
  stuckRows: number;
  /** Media that became READY or were added more or less often than once. */
  wrongEvents: number;
}

/** A server with the demo on a bucket of its own. */
export interface OutageWorld {
  readonly url: string;
  openPage(): Promise<Page>;
  shown(page: Page): Promise<Shown[]>;
  /** What visitors see of it. */
  readAsVisitor(signal: AbortSignal): Promise<string>;
  /** What its staff sees of a vehicle. */
  readAsStaff(vehicleId: string, signal: AbortSignal): Promise<string>;
  /** Asks the server to stop; resolves when it has, to its exit code. */
  terminate(): Promise<number | null>;
  start(): Promise<void>;
  /** Ends the server and holds the tables against the store. */
  audit(tasks: readonly UploadTask[]): Promise<Leftovers>;
  close(): Promise<void>;
}

export async function createOutageWorld(): Promise<OutageWorld> {
  const bucket = await freshBucket();
  if (!bucket) throw new Error('There is no bucket: TEST_S3_ENDPOINT is not set.');
  const { config } = bucket;
  const server = await startProcess({
    ...HURRY,
    STORAGE_DRIVER: 's3',
    S3_ENDPOINT: config.endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_REGION: config.region,
    AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
    VEHICLE_MEDIA_BUCKET: config.bucket,
  });
  const { logIn } = await new GraphQLClient(server.url).expect<{
    logIn: { session: { token: string } };
  }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const { token } = logIn.session;
  const staff = new GraphQLClient(server.url, token);

  /** The status, or what is wrong with a 200. */
  async function read(body: object, headers: object, signal: AbortSignal): Promise<string> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    });
    const { data, errors } = (await response.json()) as { data?: object; errors?: object };
    return data && !errors ? String(response.status) : JSON.stringify(errors ?? 'no data');
  }

  return {
    url: server.url,

    async openPage() {
      const stockNumber = `OUTAGE-${Math.random().toString(36).slice(2)}`;
      const vehicleId = await addVehicle(staff, { stockNumber });
      const queue = elementQueue({
        url: server.url,
        token,
        vehicleId,
        onEvent({ type }) {
          if (type === 'accepted') page.accepted += 1;
          if (type === 'retry') page.retries += 1;
        },
      });
      const page: Page = { vehicleId, queue, accepted: 0, retries: 0 };
      return page;
    },

    async shown({ vehicleId }) {
      const { vehicle } = await staff.expect<{ vehicle: { media: { nodes: Shown[] } } }>(
        'query ($id: ID!) { vehicle(id: $id) { media(first: 100) { nodes { id status original { sha256 } } } } }',
        { id: vehicleId },
      );
      return vehicle.media.nodes;
    },

    readAsVisitor: (signal) => read({ query: LIST }, {}, signal),

    readAsStaff: (id, signal) =>
      read({ query: GALLERY, variables: { id } }, { authorization: `Bearer ${token}` }, signal),

    terminate: () => server.terminate(),
    start: () => server.start(),

    async audit(tasks) {
      await server.kill();
      const db = await connectDatabase(server.database, createLog('silent'));
      const storage = createS3Storage(config);
      try {
        const acknowledged = tasks.map(({ mediaId, hash }) => ({
          mediaUuid: decodeId(mediaId ?? '')?.uuid ?? '',
          sha256: hash?.sha256 ?? '',
        }));
        const { orphanObjects, ...found } = await audit(db, storage, acknowledged);
        const { rows } = await db.pool.query<{ count: number }>(
          `select count(*)::int from unnest($1::uuid[]) sent(id) where
            (select count(*) from media_events where media_id = sent.id and type = 'MEDIA_ADDED') <> 1
            or (select count(*) from media_events where media_id = sent.id
              and type = 'MEDIA_STATUS_CHANGED' and payload ->> 'to' = 'READY') <> 1`,
          [acknowledged.map(({ mediaUuid }) => mediaUuid)],
        );
        return {
          ...found,
          orphanObjects: orphanObjects.length,
          wrongEvents: rows[0]?.count ?? tasks.length,
        };
      } finally {
        await storage.close();
        await db.close();
      }
    },

    async close() {
      await server.stop();
      await bucket.drop();
    },
  };
}

/** Files with other bytes in each, the last of them `videos` that go in parts. */
export async function filesToSend(count: number, videos: number, seed: number): Promise<File[]> {
  const photos = Array.from({ length: count - videos }, async (_, index) => {
    const { bytes } = await photo({ width: 360, height: 270, seed: seed * 10_000 + index });
    return new File([new Uint8Array(bytes)], `${index}.jpg`, { type: 'image/jpeg' });
  });
  const clips = Array.from({ length: videos }, async (_, index) => {
    const bytes = await clip({
      width: 640,
      height: 384,
      seconds: 5 + index + (seed % 100) * videos,
      minBytes: VIDEO_BYTES,
    });
    return new File([new Uint8Array(bytes)], `${index}.mp4`, { type: 'video/mp4' });
  });
  return Promise.all([...photos, ...clips]);
}

const MEDIA =
  'nodes { id kind status alt placeholder ... on ImageMedia { renditions { url width } } }';
const LIST = `{ vehicles(first: 20) { nodes { id title media(first: 3) { totalCount ${MEDIA} } } } }`;
const GALLERY = `query ($id: ID!) { vehicle(id: $id) { title mediaVersion media(first: 100) { ${MEDIA} } } }`;
