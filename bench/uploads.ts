/**
 * What the element adds to plain PUTs: 30 photos of 4 MB from Chromium, to the
 * disk driver of this server, or with TEST_S3_ENDPOINT to a bucket.
 *
 *   npm run bench:uploads [-- --rounds 5] [--uplink 100] [--uplink loopback]
 *
 * - element: from the drop until the server has answered the last completion,
 *   so with hashes, tickets, the copies that outlive the page, and what the
 *   server does to accept the bytes, which it reads once more.
 * - plain: the same page PUTs as many other files of that size by
 *   XMLHttpRequest, as many at once as the element, to addresses that it was
 *   given beforehand, until the store has the last. Nothing else happens.
 * - again: the photos of the element's turn once more, for another vehicle.
 *
 * Each uplink (Mbit/s, as Chromium emulates it, with 20 ms of latency) has its
 * own rounds; without the option both 100 and loopback are measured. On
 * loopback nothing waits for a network: whatever CPU the element, and the
 * server on the same cores, need beyond the PUTs shows in full.
 *
 * Rounds alternate which comes first; medians count. `max-side="none"` lets the
 * bytes go as they are, and no media are prepared meanwhile. Ends with 1 when
 * over a network the element takes more than 1.10 of plain PUTs, or when it
 * sends anything again; loopback is told, not judged.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from '../test/browser.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { photo } from '../test/pictures.ts';
import { freshBucket, serverEnv } from '../test/s3.ts';
import { startServer } from '../test/server.ts';

const PHOTOS = 30;
const PHOTO_BYTES = 4_000_000;
const RATIO_AT_MOST = 1.1;
const LATENCY_MS = 20;
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    uplink: { type: 'string', multiple: true, default: ['100', 'loopback'] },
  },
});
const rounds = Number(options.rounds);

interface Target {
  url: string;
  headers: { name: string; value: string }[];
}

/** One turn of each, in milliseconds. */
interface Round {
  plain: number;
  element: number;
  again: number;
  putsAgain: number;
  /** Of the machine, over the last minute, when the round began. */
  load: number;
}

interface Files {
  paths: string[];
  md5s: string[];
  byteSize: number;
}

const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
const bucket = await freshBucket();
// Renditions would be made by the same cores that send and receive.
const server = await startServer({
  demo: true,
  env: { MEDIA_CONCURRENCY: '0', ...(bucket && serverEnv(bucket)) },
});
const browser = await launchBrowser();

/** Different bytes in each, and each a picture: what follows the end of a JPEG is not looked at. */
async function writePhotos(name: string, jpeg: Buffer): Promise<Files> {
  const paths: string[] = [];
  const md5s: string[] = [];
  let byteSize = 0;
  for (let index = 0; index < PHOTOS; index += 1) {
    const path = join(folder, `${name}-${String(index).padStart(2, '0')}.jpg`);
    const bytes = Buffer.concat([jpeg, Buffer.from(path)]);
    await writeFile(path, bytes);
    paths.push(path);
    md5s.push(createHash('md5').update(bytes).digest('base64'));
    byteSize = bytes.length;
  }
  return { paths, md5s, byteSize };
}

/** Milliseconds until the element has brought them all to the server's hands. */
async function throughElement(page: Page, { paths }: Files): Promise<number> {
  await choose(page, paths);
  return page.evaluate(async (count) => {
    const element = document.querySelector('vehicle-media') as HTMLElement & {
      addFiles(files: Iterable<File>): void;
    };
    const input = document.querySelector<HTMLInputElement>('#bench');
    let accepted = 0;
    const done = new Promise<void>((resolve, reject) => {
      element.addEventListener('vm-upload-success', () => {
        accepted += 1;
        if (accepted === count) resolve();
      });
      element.addEventListener('vm-upload-error', () => reject(new Error('An upload failed')));
    });
    const started = performance.now();
    element.addFiles(input?.files ?? []);
    await done;
    return performance.now() - started;
  }, PHOTOS);
}

/** Milliseconds until the store has them all. */
async function plainPuts(page: Page, { paths }: Files, targets: Target[]): Promise<number> {
  await choose(page, paths);
  return page.evaluate(async (addresses) => {
    const { concurrency } = document.querySelector('vehicle-media') as HTMLElement & {
      concurrency: number;
    };
    const files = [...(document.querySelector<HTMLInputElement>('#bench')?.files ?? [])];
    const put = (file: File, { url, headers }: Target) =>
      new Promise<void>((resolve, reject) => {
        const call = new XMLHttpRequest();
        call.open('PUT', url);
        for (const { name, value } of headers) call.setRequestHeader(name, value);
        call.addEventListener('loadend', () =>
          call.status === 200 ? resolve() : reject(new Error(`PUT: ${call.status}`)),
        );
        call.send(file);
      });
    let next = 0;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (let index = next++; index < files.length; index = next++) {
          await put(files[index] as File, addresses[index] as Target);
        }
      }),
    );
    return performance.now() - started;
  }, targets);
}

async function choose(page: Page, paths: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    document.querySelector('#bench')?.remove();
    const input = document.createElement('input');
    Object.assign(input, { id: 'bench', type: 'file', multiple: true });
    document.body.append(input);
  });
  await page.locator('#bench').setInputFiles([...paths]);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const seconds = (milliseconds: number): number => Number((milliseconds / 1_000).toFixed(2));

interface Summary {
  seconds: number;
  from: number;
  to: number;
}

function summary(milliseconds: readonly number[]): Summary {
  return {
    seconds: seconds(median(milliseconds)),
    from: seconds(Math.min(...milliseconds)),
    to: seconds(Math.max(...milliseconds)),
  };
}

function reportOf(measured: readonly Round[]) {
  const [plain, element, again] = (['plain', 'element', 'again'] as const).map((name) =>
    summary(measured.map((round) => round[name])),
  ) as [Summary, Summary, Summary];
  return {
    load: Number(median(measured.map(({ load }) => load)).toFixed(1)),
    plain,
    element,
    ratio: Number((element.seconds / plain.seconds).toFixed(2)),
    ratios: measured.map((round) => Number((round.element / round.plain).toFixed(2))),
    again: {
      puts: measured.reduce((sum, { putsAgain }) => sum + putsAgain, 0),
      ...again,
      ofTheFirst: Number((again.seconds / element.seconds).toFixed(2)),
    },
  };
}

try {
  const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
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

  let stock = 0;
  const newVehicle = async (): Promise<string> => {
    const { upsertVehicle } = await staff.expect<{ upsertVehicle: { vehicle: { id: string } } }>(
      'mutation ($input: UpsertVehicleInput!) { upsertVehicle(input: $input) { vehicle { id } } }',
      { input: { vehicle: { stockNumber: `BENCH-${(stock += 1)}`, make: 'Aurelia' } } },
    );
    return upsertVehicle.vehicle.id;
  };
  const targetsOf = async ({ md5s, byteSize }: Files): Promise<Target[]> => {
    const vehicleId = await newVehicle();
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
  const page = await browser.newPage({ permissions: ['local-network-access'] });
  let puts = 0;
  page.on('request', (request) => {
    if (request.method() === 'PUT') puts += 1;
  });
  // What the TypeScript loader calls in functions that it has compiled.
  await page.addInitScript('globalThis.__name = (value) => value');
  const open = async (): Promise<void> => {
    const vehicleId = await newVehicle();
    // A page that the server's own policy does not bind.
    await page.unroute(`${server.url}/bench`);
    await page.route(`${server.url}/bench`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><script type="module" src="/embed/v1.js"></script>
          <vehicle-media endpoint="/graphql" mode="manage" max-side="none" no-live vehicle="${vehicleId}" token="${token}"></vehicle-media>`,
      }),
    );
    await page.goto(`${server.url}/bench`);
    // As whoever drops something does, a moment before.
    await page.locator('vehicle-media [part~="dropzone"]').hover();
    await page.waitForLoadState('networkidle');
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
  const runRound = async (elementFirst: boolean): Promise<Round> => {
    const name = `${(runs += 1)}`;
    const plainFiles = await writePhotos(`${name}-plain`, jpeg);
    const elementFiles = await writePhotos(`${name}-element`, jpeg);
    const targets = await targetsOf(plainFiles);
    const round: Round = { plain: 0, element: 0, again: 0, putsAgain: 0, load: loadavg()[0] ?? 0 };
    const turns = [
      async () => {
        await open();
        round.plain = await plainPuts(page, plainFiles, targets);
      },
      async () => {
        await open();
        puts = 0;
        round.element = await throughElement(page, elementFiles);
        if (puts !== PHOTOS) throw new Error(`The element made ${puts} PUTs of ${PHOTOS} photos`);
      },
    ];
    if (elementFirst) turns.reverse();
    for (const turn of turns) await turn();
    await open();
    puts = 0;
    round.again = await throughElement(page, elementFiles);
    round.putsAgain = puts;
    await Promise.all([...plainFiles.paths, ...elementFiles.paths].map((path) => rm(path)));
    return round;
  };

  await limitUplink('loopback');
  // Warms everything up, and is not counted.
  await runRound(false);
  const uplinks = [];
  for (const uplink of options.uplink) {
    await limitUplink(uplink);
    const measured: Round[] = [];
    for (let index = 0; index < rounds; index += 1) measured.push(await runRound(index % 2 > 0));
    uplinks.push({ uplink, ...reportOf(measured) });
  }
  console.log(
    JSON.stringify(
      {
        store: bucket ? 's3' : 'disk',
        photos: PHOTOS,
        megabytes: Math.round((PHOTOS * jpeg.length) / 1e6),
        rounds,
        ratioAtMost: RATIO_AT_MOST,
        uplinks,
      },
      null,
      2,
    ),
  );
  if (
    uplinks.some(
      ({ uplink, ratio, again }) =>
        (uplink !== 'loopback' && ratio > RATIO_AT_MOST) || again.puts > 0,
    )
  ) {
    process.exitCode = 1;
  }
} finally {
  await browser.close();
  await server.stop();
  await bucket?.drop();
  await rm(folder, { recursive: true, force: true });
}
