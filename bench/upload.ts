/**
 * What the element adds to plain PUTs: 30 photos of 4 MB from Chromium, to the
 * disk driver of this server, or with TEST_S3_ENDPOINT to a bucket.
 *
 *   npm run bench:upload [-- --rounds 5 --uplink 100 --uplink loopback --out file.json --no-peers]
 *   --no-peers leaves out Uppy, in bench/peers
 *
 * - plain PUTs: a page PUTs as many other files of that size by XMLHttpRequest,
 *   as many at once as the element, to addresses that it was given beforehand,
 *   until the store has the last. Nothing else happens.
 * - the element: from the drop until the server has answered the last completion,
 *   so with hashes, tickets, the copies that outlive the page, and what the
 *   server does to accept the bytes, which it reads once more.
 * - Uppy: without a dashboard, as plain PUTs, and as many at once.
 * - once more: the photos of the element's turn, for another vehicle.
 *
 * Each uplink (Mbit/s, as Chromium emulates it, with 20 ms of latency) has its
 * own rounds; without the option both 100 and loopback are measured. On
 * loopback nothing waits for a network: whatever CPU the element, and the
 * server on the same cores, need beyond the PUTs shows in full.
 *
 * Rounds alternate which comes first; ratios are of one round, medians count.
 * `max-side="none"` lets the bytes go as they are, and no media are prepared
 * meanwhile. Ends with 1 when over a network the element takes more than 1.10 of
 * plain PUTs, or when it sends anything again; loopback is told, not judged.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from '../test/browser.ts';
import { addVehicle } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { photo } from '../test/pictures.ts';
import { freshBucket, serverEnv } from '../test/s3.ts';
import { startProcess } from '../soak/process.ts';
import { median } from './api/load.ts';
import { report, rounded, type Measured } from './result.ts';
import { plainPuts, throughElement, throughUppy, type Target } from './upload/page.ts';
import { uppyScript } from './upload/uppy.ts';

const PHOTOS = 30;
const PHOTO_BYTES = 4_000_000;
const RATIO_AT_MOST = 1.1;
const LATENCY_MS = 20;
const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '5' },
    uplink: { type: 'string', multiple: true, default: ['100', 'loopback'] },
    out: { type: 'string' },
    peers: { type: 'boolean', default: true },
  },
});

const PLAIN = 'plain PUTs';
const ELEMENT = 'the element';
const AGAIN = 'the element, once more';
const UPPY = 'Uppy, aws-s3';

interface Files {
  paths: string[];
  md5s: string[];
  byteSize: number;
}

/** Milliseconds that each took. */
type Round = Map<string, number>;

const script = options.peers ? await uppyScript() : null;
const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
const bucket = await freshBucket();
// Renditions would be made by the same cores that send and receive.
const server = await startProcess({ MEDIA_CONCURRENCY: '0', ...(bucket && serverEnv(bucket)) });
const visitor = new GraphQLClient(server.url);
const browser = await launchBrowser();

const written: string[] = [];

/** Different bytes in each, and each a picture: what follows the end of a JPEG is not looked at. */
async function writePhotos(name: string, jpeg: Buffer): Promise<Files> {
  const paths: string[] = [];
  const md5s: string[] = [];
  let byteSize = 0;
  for (let index = 0; index < PHOTOS; index += 1) {
    const path = join(folder, `${name}-${String(index).padStart(2, '0')}.jpg`);
    const bytes = Buffer.concat([jpeg, Buffer.from(path)]);
    await writeFile(path, bytes);
    written.push(path);
    paths.push(path);
    md5s.push(createHash('md5').update(bytes).digest('base64'));
    byteSize = bytes.length;
  }
  return { paths, md5s, byteSize };
}

try {
  const { logIn } = await visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const { token } = logIn.session;
  const staff = new GraphQLClient(server.url, token);
  const { bytes: jpeg } = await photo({
    width: 4_032,
    height: 3_024,
    seed: 4,
    targetBytes: PHOTO_BYTES,
  });

  const targetsOf = async ({ md5s, byteSize }: Files): Promise<Target[]> => {
    const vehicleId = await addVehicle(staff);
    const uploads = md5s.map((md5, index) => ({
      vehicleId,
      fileName: `${index}.jpg`,
      contentType: 'image/jpeg',
      byteSize,
      md5,
    }));
    const { requestUploads } = await staff.expect<{
      requestUploads: { results: { upload: { target: Target } }[] };
    }>(
      `mutation ($input: RequestUploadsInput!) { requestUploads(input: $input) { results {
        upload { target { ... on PutTarget { url headers { name value } } } } } } }`,
      { input: { uploads } },
    );
    return requestUploads.results.map(({ upload }) => upload.target);
  };

  // To a page that no server sent, a bucket on this machine is a stranger's network.
  // The server's own policy does not bind it, and nobody looks into its requests on their way.
  const page = await browser.newPage({ permissions: ['local-network-access'], bypassCSP: true });
  let puts = 0;
  page.on('request', (request) => {
    if (request.method() === 'PUT') puts += 1;
  });
  // What the TypeScript loader calls in functions that it has compiled.
  await page.addInitScript('globalThis.__name = (value) => value');
  const open = async (): Promise<void> => {
    const vehicleId = await addVehicle(staff);
    await page.goto(`${server.url}/healthz`);
    await page.setContent(
      `<!doctype html><html lang="en"><script type="module" src="/embed/v1.js"></script>
        <vehicle-media endpoint="/graphql" mode="manage" max-side="none" no-live vehicle="${vehicleId}" token="${token}"></vehicle-media>`,
    );
    // As whoever drops something does, a moment before.
    await page.locator('vehicle-media [part~="dropzone"]').hover();
    await page.waitForLoadState('networkidle');
    puts = 0;
  };

  const network = await page.context().newCDPSession(page);
  const limitUplink = (uplink: string): Promise<unknown> =>
    network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: uplink === 'loopback' ? 0 : LATENCY_MS,
      downloadThroughput: -1,
      uploadThroughput: uplink === 'loopback' ? -1 : Number(uplink) * 125_000,
    });

  let runs = 0;
  const ways: { name: string; run(files: Files, targets: Target[]): Promise<number> }[] = [
    { name: PLAIN, run: ({ paths }, targets) => plainPuts(page, paths, targets) },
    { name: ELEMENT, run: ({ paths }) => throughElement(page, paths) },
  ];
  if (script)
    ways.push({
      name: UPPY,
      run: ({ paths }, targets) => throughUppy(page, paths, targets, script),
    });

  let putsAgain = 0;
  const runRound = async (): Promise<Round> => {
    const round: Round = new Map();
    const first = runs++ % ways.length;
    let again: Files | undefined;
    for (const { name, run } of [...ways.slice(first), ...ways.slice(0, first)]) {
      const files = await writePhotos(`${runs}-${name.replace(/\W/g, '')}`, jpeg);
      const targets = name === ELEMENT ? [] : await targetsOf(files);
      await open();
      round.set(name, await run(files, targets));
      if (puts !== PHOTOS) throw new Error(`${name} made ${puts} PUTs of ${PHOTOS} photos`);
      if (name === ELEMENT) again = files;
    }
    await open();
    round.set(AGAIN, await throughElement(page, again?.paths ?? []));
    putsAgain += puts;
    for (const path of written.splice(0)) await rm(path);
    return round;
  };
  const resultsOf = (uplink: string, rounds: readonly Round[]) =>
    [...ways.map(({ name }) => name), AGAIN].map((name) => {
      const took = rounds.map((round) => round.get(name) as number);
      const spread = took.map((each, index) =>
        rounded(each / (rounds[index]?.get(PLAIN) as number)),
      );
      const ratio = median(spread);
      const goal = name === ELEMENT && uplink !== 'loopback' ? RATIO_AT_MOST : null;
      return {
        uplink,
        name,
        seconds: rounded(median(took) / 1_000),
        ratio,
        spread,
        goal,
        reached: goal && ratio <= goal,
      };
    });

  await limitUplink('loopback');
  // Warms everything up, and is not counted.
  await runRound();
  putsAgain = 0;
  const results: Measured[] = [];
  for (const uplink of options.uplink) {
    await limitUplink(uplink);
    const rounds: Round[] = [];
    while (rounds.length < Number(options.rounds)) rounds.push(await runRound());
    results.push(...resultsOf(uplink, rounds));
  }
  await report(options.out, {
    store: bucket ? 's3' : 'disk',
    photos: PHOTOS,
    megabytes: Math.round((PHOTOS * jpeg.length) / 1e6),
    rounds: Number(options.rounds),
    putsAgain,
    results,
  });
  if (putsAgain > 0) {
    console.error(`The element sent ${putsAgain} files again that were stored.`);
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  await server.stop();
  await bucket?.drop();
  await rm(folder, { recursive: true, force: true });
}
