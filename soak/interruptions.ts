/**
 * An 80 MB video from Chromium through the element, interrupted 50 times while
 * a part is on its way: the tab is killed, the network is cut, the address
 * expires, the server is killed. The bytes that the store ends with must be the
 * file's, and none may make the store get more than one part's bytes again.
 *
 *   npm run soak:interruptions [-- --short --seed 1 --out result.json]
 *   with TEST_S3_… set (scripts/radosgw.sh) on that store instead of the disk
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from '../test/browser.ts';
import { clip } from '../test/clips.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { freshBucket } from '../test/s3.ts';
import { cuttableProxy } from './cuttable-proxy.ts';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('interruptions');
const FILE_BYTES = run.short ? 24_000_000 : 80_000_000;
const INTERRUPTIONS = run.short ? 4 : 50;
const PART_BYTES = 8 << 20;
const URL_TTL_SECONDS = 5;
const BYTES_PER_SECOND = 8_000_000;
/** Nothing moved for so long: the upload is stuck. */
const STUCK_MS = 120_000;

const kinds = ['tab killed', 'network cut', 'address expired', 'server killed'] as const;
type Kind = (typeof kinds)[number];

/** Each kind as often as the others, in an order that the seed decides. */
function planned(): Kind[] {
  const plan = Array.from({ length: INTERRUPTIONS }, (_, index) => kinds[index % 4] as Kind);
  for (let last = plan.length - 1; last > 0; last -= 1) {
    const other = run.random(last + 1);
    [plan[last], plan[other]] = [plan[other] as Kind, plan[last] as Kind];
  }
  return plan;
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + STUCK_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It is stuck: ${what}.`);
    await pause(20);
  }
}

/** Which part a PUT is for: an address says it in its query, or in the token that the disk driver signs. */
function partOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://store');
  const partNumber = searchParams.get('partNumber');
  if (partNumber !== null) return partNumber;
  if (!pathname.startsWith('/storage/upload/')) return pathname;
  const [payload = ''] = pathname.split('/').at(-1)?.split('.') ?? [];
  const [, , , , number] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
  return String(number);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-soak-'));
const bucket = await freshBucket();
const proxy = await cuttableProxy(BYTES_PER_SECOND);
const dealer = createServer().listen(0, '127.0.0.1');
if (bucket) proxy.to(bucket.config.endpoint);
const server = await startProcess({
  UPLOAD_URL_TTL_SECONDS: String(URL_TTL_SECONDS),
  ...(bucket
    ? {
        STORAGE_DRIVER: 's3',
        S3_ENDPOINT: proxy.origin,
        S3_FORCE_PATH_STYLE: 'true',
        AWS_REGION: bucket.config.region,
        AWS_ACCESS_KEY_ID: bucket.config.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: bucket.config.credentials.secretAccessKey,
        VEHICLE_MEDIA_BUCKET: bucket.config.bucket,
      }
    : { PUBLIC_URL: proxy.origin }),
});
if (!bucket) proxy.to(server.url);
const browser = await launchBrowser();
let page: Page | undefined;
try {
  const bytes = await clip({ width: 640, height: 384, seconds: 30, minBytes: FILE_BYTES });
  const file = path.join(folder, 'walkaround.mp4');
  await writeFile(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const partCount = Math.ceil(bytes.length / PART_BYTES);

  const { logIn } = await new GraphQLClient(server.url).expect<{
    logIn: { session: { token: string } };
  }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const { token } = logIn.session;
  const staff = new GraphQLClient(server.url, token);
  const { upsertVehicle } = await staff.expect<{ upsertVehicle: { vehicle: { id: string } } }>(
    'mutation ($input: UpsertVehicleInput!) { upsertVehicle(input: $input) { vehicle { id } } }',
    { input: { vehicle: { stockNumber: 'SOAK', make: 'Aurelia', status: 'PUBLISHED' } } },
  );
  const vehicleId = upsertVehicle.vehicle.id;
  interface Stored {
    status: string;
    original: { byteSize: number; sha256: string } | null;
  }
  const stored = async (): Promise<Stored[]> => {
    const { vehicle } = await staff.expect<{ vehicle: { media: { nodes: Stored[] } } }>(
      'query ($id: ID!) { vehicle(id: $id) { media(first: 5) { nodes { status original { byteSize sha256 } } } } }',
      { id: vehicleId },
    );
    return vehicle.media.nodes;
  };

  const context = await browser.newContext();
  dealer.on('request', (_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><html lang="en"><title>A dealer's page</title>
      <script type="module" src="${server.url}/embed/v1.js"></script>
      <vehicle-media endpoint="${server.url}/graphql" mode="manage" no-live vehicle="${vehicleId}" token="${token}"></vehicle-media>`);
  });
  const openTab = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`http://localhost:${(dealer.address() as AddressInfo).port}/`);
    return page;
  };
  page = await openTab();
  await page.locator('vehicle-media input[type=file]').first().setInputFiles(file);

  // A store is also asked, with no bytes, what it can do.
  const uploads = () =>
    proxy.puts.filter(
      (put) => put.expectedBytes > 0 && (!bucket || put.path.includes('/incoming/')),
    );
  const arrived = () =>
    uploads().filter((put) => put.over && put.bytes === put.expectedBytes).length;
  /** How many PUTs had begun when each interruption came. */
  const begunBefore: number[] = [];
  const happened: Record<Kind, number> = {
    'tab killed': 0,
    'network cut': 0,
    'address expired': 0,
    'server killed': 0,
  };

  const interrupt: Record<Kind, () => Promise<void>> = {
    async 'tab killed'() {
      await page?.close({ runBeforeUnload: false });
      page = await openTab();
    },
    async 'network cut'() {
      await context.setOffline(true);
      proxy.cut();
      await pause(200 + run.random(1_000));
      proxy.mend();
      await context.setOffline(false);
    },
    async 'address expired'() {
      proxy.cut();
      await pause(URL_TTL_SECONDS * 1_000 + 500);
      proxy.mend();
    },
    async 'server killed'() {
      // The store is another process: the part stays on its way meanwhile.
      if (bucket) proxy.hold();
      await server.kill();
      await pause(run.random(500));
      await server.start();
      proxy.release();
    },
  };

  let last: Kind | null = null;
  for (const [index, kind] of planned().entries()) {
    const whole = Math.floor((index * partCount) / INTERRUPTIONS);
    const share = (10 + run.random(80)) / 100;
    // What a server's death does not touch may be interrupted again.
    const seen = bucket && last === 'server killed' ? 0 : uploads().length;
    await until(
      () =>
        arrived() >= whole &&
        uploads().some(
          (put, order) =>
            !put.over && (order >= seen || index === 0) && put.bytes >= put.expectedBytes * share,
        ),
      `before interruption ${index + 1}, ${kind}`,
    );
    begunBefore.push(uploads().length);
    await interrupt[kind]();
    happened[kind] += 1;
    last = kind;
  }
  await until(async () => (await stored())[0]?.status === 'READY', 'READY after the last one');

  const [media, ...others] = await stored();
  const received = uploads().reduce((sum, put) => sum + put.bytes, 0);
  const startedAgain = uploads().length - partCount;
  // Of each part one PUT was needed; the others belong to the interruption that they met.
  const needed = new Set(
    new Map(
      uploads()
        .filter((put) => put.bytes === put.expectedBytes)
        .map((put) => [partOf(put.path), put]),
    ).values(),
  );
  // A PUT to an address that is over is refused when its first bytes have left.
  const refused = uploads().filter(({ status }) => status !== null && status >= 400);
  const costs = begunBefore.map((end, index) =>
    uploads()
      .slice(begunBefore[index - 1] ?? 0, end)
      .filter((put) => !needed.has(put) && !refused.includes(put))
      .reduce((sum, put) => sum + put.bytes, 0),
  );
  const same = media?.original?.sha256 === sha256 && others.length === 0;
  await run.report(
    {
      storage: bucket ? 's3' : 'disk',
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      megabytes: Number((bytes.length / 1e6).toFixed(1)),
      parts: partCount,
      interruptions: happened,
      partsBegunAgain: startedAgain,
      megabytesSentAgain: Number(((received - bytes.length) / 1e6).toFixed(1)),
      mostMegabytesAgainForOne: Number((Math.max(...costs) / 1e6).toFixed(1)),
      costMoreThanAPart: costs.filter((bytes) => bytes > PART_BYTES).length,
      putsRefused: refused.length,
      kilobytesRefused: Math.ceil(refused.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000),
      partsArrivedTwice: arrived() - partCount,
      hashEqual: same,
    },
    same &&
      received - bytes.length <= INTERRUPTIONS * PART_BYTES &&
      costs.every((cost) => cost <= PART_BYTES),
  );
} catch (error) {
  // What the element says of it is the first clue.
  const uploads = await page?.evaluate(() =>
    JSON.stringify(
      (document.querySelector('vehicle-media') as { uploads?: unknown } | null)?.uploads,
    ),
  );
  console.error({ uploads, puts: proxy.puts.slice(-20) });
  throw error;
} finally {
  await browser.close();
  await server.stop();
  await proxy.close();
  dealer.closeAllConnections();
  dealer.close();
  await bucket?.drop();
  await rm(folder, { recursive: true, force: true });
}
