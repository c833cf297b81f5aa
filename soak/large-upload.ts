/**
 * A video of 1 GiB through the disk storage, in parts of 8 MiB, four at once,
 * until it is READY: the server streams it from the first byte to the last, so
 * its resident memory may grow by 64 MB at most. Beside it the largest file that
 * goes in one piece.
 *
 *   npm run soak:large-upload [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres instead of the embedded database
 *
 * The temporary folder needs room for six times the video.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoAccount } from '../demo/seed.ts';
import { addVehicle } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { writeLargeClip, type LargeClip } from './large-clip.ts';
import { residentBytes, watchMemory } from './memory-watch.ts';
import { startProcess, type ServerProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('large-upload');
const MIB = 2 ** 20;
const BYTES = run.short ? 128 * MIB : 1_024 * MIB;
const WARM_UP_BYTES = run.short ? 24 * MIB : 128 * MIB;
/** What goes in one piece, at most. */
const SINGLE_PUT_BYTES = 16 * MIB;
const PARTS_AT_ONCE = 4;
const LIMIT_MEGABYTES = 64;

interface Address {
  url: string;
  headers: { name: string; value: string }[];
}

interface Target extends Partial<Address> {
  partSize?: number;
  parts?: (Address & { partNumber: number })[];
}

interface Growth {
  sending: number;
  completing: number;
  preparing: number;
}

const megabytes = (bytes: number) => Number((bytes / 1e6).toFixed(1));
const clipOf = (name: string, bytes: number) =>
  writeLargeClip(path.join(folder, name), bytes, run.random);
const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-soak-'));
let server: ServerProcess | undefined;

/** From ticket to READY; with what the server's memory grew by, and how long it took, at each step. */
async function upload(pid: number, staff: GraphQLClient, vehicleId: string, clip: LargeClip) {
  await sleep(1_000);
  const rssBefore = await residentBytes(pid);
  const watch = watchMemory(pid);
  const growth = {} as Growth;
  const seconds = {} as Growth;
  const during = async (step: keyof Growth, work: () => Promise<void>) => {
    const began = performance.now();
    await work();
    seconds[step] = Number(((performance.now() - began) / 1_000).toFixed(1));
    growth[step] = megabytes(watch.peak() - rssBefore);
  };
  const ticket = await ticketFor(staff, vehicleId, clip);
  await during('sending', () => send(staff, ticket.id, clip));
  await during('completing', () => complete(staff, ticket.id));
  let shown: Shown | undefined;
  await during('preparing', async () => {
    do {
      await sleep(200);
      shown = await read(staff, ticket.media.id);
    } while (shown.status !== 'READY' && shown.status !== 'FAILED');
  });
  watch.stop();
  return {
    bytes: clip.byteSize,
    rssBeforeMegabytes: megabytes(rssBefore),
    rssPeakGrowthMegabytes: Math.max(...Object.values(growth)),
    growthMegabytes: growth,
    seconds,
    videoProcessPeakMegabytes: megabytes(watch.childPeak),
    status: shown?.status,
    hashEqual: shown?.original?.sha256 === clip.sha256,
  };
}

async function ticketFor(staff: GraphQLClient, vehicleId: string, clip: LargeClip) {
  const md5 = createHash('md5');
  if (clip.byteSize <= SINGLE_PUT_BYTES) await pipeline(createReadStream(clip.path), md5);
  const { requestUpload } = await staff.expect<{
    requestUpload: { upload: { id: string; media: { id: string } } | null; userErrors: object[] };
  }>(
    `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
      upload { id media { id } } userErrors { code message }
    } }`,
    {
      input: {
        vehicleId,
        fileName: 'walkaround.mp4',
        contentType: 'video/mp4',
        byteSize: clip.byteSize,
        ...(clip.byteSize <= SINGLE_PUT_BYTES && { md5: md5.digest('base64') }),
      },
    },
  );
  if (!requestUpload.upload) throw new Error(JSON.stringify(requestUpload.userErrors));
  return requestUpload.upload;
}

/** Sends what the store lacks, with as many rounds of addresses as it takes. */
async function send(staff: GraphQLClient, id: string, clip: LargeClip): Promise<void> {
  for (;;) {
    const { upload } = await staff.expect<{ upload: { target: Target } }>(
      `query ($id: ID!) { upload(id: $id) { target {
        ... on PutTarget { url headers { name value } }
        ... on MultipartTarget { partSize parts { partNumber url headers { name value } } }
      } } }`,
      { id },
    );
    const { url, headers, partSize = 0, parts } = upload.target;
    if (url && headers) return put({ url, headers }, clip.path, 0, clip.byteSize);
    if (!parts?.length) return;
    const waiting = parts.values();
    const work = async () => {
      for (const part of waiting) {
        const start = (part.partNumber - 1) * partSize;
        await put(part, clip.path, start, Math.min(start + partSize, clip.byteSize));
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
  }
}

async function put({ url, headers }: Address, file: string, start: number, end: number) {
  const call = request(url, {
    method: 'PUT',
    headers: {
      ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      'content-length': end - start,
    },
  });
  const answered = new Promise<number>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  await pipeline(createReadStream(file, { start, end: end - 1 }), call);
  const status = await answered;
  if (status !== 200) throw new Error(`The store answered ${status}.`);
}

async function complete(staff: GraphQLClient, uploadId: string): Promise<void> {
  const { completeUpload } = await staff.expect<{ completeUpload: { userErrors: object[] } }>(
    'mutation ($uploadId: ID!) { completeUpload(input: { uploadId: $uploadId }) { userErrors { code message } } }',
    { uploadId },
  );
  if (completeUpload.userErrors.length > 0) {
    throw new Error(JSON.stringify(completeUpload.userErrors));
  }
}

interface Shown {
  status: string;
  original: { sha256: string } | null;
}

async function read(staff: GraphQLClient, id: string): Promise<Shown> {
  const { node } = await staff.expect<{ node: Shown }>(
    'query ($id: ID!) { node(id: $id) { ... on VideoMedia { status original { sha256 } } } }',
    { id },
  );
  return node;
}

try {
  // Before the server: memory that rests meanwhile may be taken from it, and come back as growth.
  const warmUpClip = await clipOf('warm-up.mp4', WARM_UP_BYTES);
  // A frame less, so that the whole fits.
  const singleClip = await clipOf('single.mp4', SINGLE_PUT_BYTES - 1_400_000);
  const largeClip = await clipOf('large.mp4', BYTES);
  server = await startProcess({
    MAX_VIDEO_BYTES: '2000000000',
    MAX_BYTES_PER_VEHICLE: '5000000000',
    MEDIA_TIMEOUT_SECONDS: '600',
  });
  const { pid } = server;
  const { logIn } = await new GraphQLClient(server.url).expect<{
    logIn: { session: { token: string } };
  }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const staff = new GraphQLClient(server.url, logIn.session.token);
  const vehicleId = await addVehicle(staff, { stockNumber: 'LARGE' });

  await upload(pid, staff, vehicleId, warmUpClip);
  const single = await upload(pid, staff, vehicleId, singleClip);
  const large = await upload(pid, staff, vehicleId, largeClip);
  const passed = [single, large].every(
    ({ rssPeakGrowthMegabytes, hashEqual, status }) =>
      rssPeakGrowthMegabytes <= LIMIT_MEGABYTES && hashEqual && status === 'READY',
  );
  await run.report(
    {
      storage: 'disk',
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      partsAtOnce: PARTS_AT_ONCE,
      ...large,
      limitMegabytes: LIMIT_MEGABYTES,
      inOnePiece: single,
    },
    passed,
  );
} finally {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}
