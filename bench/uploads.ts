/**
 * 30 photos of 4 MB from Chromium through the element, until the server has
 * accepted the last, beside plain PUTs of the same files to the same store, six
 * at once, with tickets got beforehand. `npm run bench:uploads [-- rounds]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from '../test/browser.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { photo } from '../test/pictures.ts';
import { startServer } from '../test/server.ts';

const PHOTOS = 30;
const PHOTO_BYTES = 4_000_000;
const AT_ONCE = 6;
const rounds = Number(process.argv[2] ?? 5);

interface Target {
  url: string;
  headers: { name: string; value: string }[];
}

const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
// Renditions would be made by the same two cores that send and receive.
const server = await startServer({ demo: true, env: { MEDIA_CONCURRENCY: '0' } });
const browser = await launchBrowser();

/** Different bytes in each, and each a picture: what follows the end of a JPEG is not looked at. */
async function writePhotos(round: string, jpeg: Buffer): Promise<string[]> {
  return Promise.all(
    Array.from({ length: PHOTOS }, async (_, index) => {
      const path = join(folder, `${round}-${index}.jpg`);
      await writeFile(path, Buffer.concat([jpeg, Buffer.from(`${round}-${index}`)]));
      return path;
    }),
  );
}

/** Milliseconds until the element has brought them all to the server. */
async function throughElement(page: Page, paths: readonly string[]): Promise<number> {
  await choose(page, paths);
  return page.evaluate(async (count) => {
    const element = document.querySelector('vehicle-media') as HTMLElement & {
      addFiles(files: Iterable<File>): void;
    };
    const input = document.querySelector<HTMLInputElement>('#bench');
    let accepted = 0;
    const done = new Promise<void>((resolve) => {
      element.addEventListener('vm-upload-success', () => {
        accepted += 1;
        if (accepted === count) resolve();
      });
    });
    const started = performance.now();
    element.addFiles(input?.files ?? []);
    await done;
    return performance.now() - started;
  }, PHOTOS);
}

/** Milliseconds until the store has them all. */
async function plainPuts(
  page: Page,
  paths: readonly string[],
  targets: readonly Target[],
): Promise<number> {
  await choose(page, paths);
  return page.evaluate(
    async ({ targets, atOnce }) => {
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
        Array.from({ length: atOnce }, async () => {
          for (let index = next++; index < files.length; index = next++) {
            await put(files[index] as File, targets[index] as Target);
          }
        }),
      );
      return performance.now() - started;
    },
    { targets, atOnce: AT_ONCE },
  );
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

try {
  const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const staff = new GraphQLClient(server.url, logIn.session.token);
  const jpeg = (await photo({ width: 2_400, height: 1_800, seed: 4, targetBytes: PHOTO_BYTES }))
    .bytes;

  const newVehicle = async (stockNumber: string): Promise<string> => {
    const { upsertVehicle } = await staff.expect<{ upsertVehicle: { vehicle: { id: string } } }>(
      'mutation ($input: UpsertVehicleInput!) { upsertVehicle(input: $input) { vehicle { id } } }',
      { input: { vehicle: { stockNumber, make: 'Aurelia' } } },
    );
    return upsertVehicle.vehicle.id;
  };
  const tickets = async (vehicleId: string, round: string): Promise<Target[]> => {
    const uploads = Array.from({ length: PHOTOS }, (_, index) => {
      const bytes = Buffer.concat([jpeg, Buffer.from(`${round}-${index}`)]);
      return {
        vehicleId,
        fileName: `${index}.jpg`,
        contentType: 'image/jpeg',
        byteSize: bytes.length,
        md5: createHash('md5').update(bytes).digest('base64'),
      };
    });
    const { requestUploads } = await staff.expect<{
      requestUploads: { results: { upload: { target: Target } }[] };
    }>(
      `mutation ($input: RequestUploadsInput!) { requestUploads(input: $input) { results {
        upload { target { ... on PutTarget { url headers { name value } } } } } } }`,
      { input: { uploads } },
    );
    return requestUploads.results.map(({ upload }) => upload.target);
  };

  const page = await browser.newPage();
  // What the TypeScript loader calls in functions that it has compiled.
  await page.addInitScript('globalThis.__name = (value) => value');
  const times: Record<'element' | 'plain', number[]> = { element: [], plain: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const vehicleId = await newVehicle(`BENCH-${round}`);
    // A page that the server's own policy does not bind.
    await page.route(`${server.url}/bench`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><script type="module" src="/embed/v1.js"></script>
          <vehicle-media endpoint="/graphql" mode="manage" no-live vehicle="${vehicleId}" token="${logIn.session.token}"></vehicle-media>`,
      }),
    );
    await page.goto(`${server.url}/bench`);
    await page.locator('vehicle-media [part~="dropzone"]').waitFor();
    const targets = await tickets(await newVehicle(`PLAIN-${round}`), `plain-${round}`);
    const plainPaths = await writePhotos(`plain-${round}`, jpeg);
    const elementPaths = await writePhotos(`element-${round}`, jpeg);
    const runs = [
      async () => times.plain.push(await plainPuts(page, plainPaths, targets)),
      async () => times.element.push(await throughElement(page, elementPaths)),
    ];
    if (round % 2) runs.reverse();
    for (const run of runs) await run();
    await Promise.all([...plainPaths, ...elementPaths].map((path) => rm(path)));
    await page.unroute(`${server.url}/bench`);
  }
  // The first round warms both up.
  const [element, plain] = [median(times.element.slice(1)), median(times.plain.slice(1))];
  console.log(
    JSON.stringify(
      {
        photos: PHOTOS,
        megabytes: Math.round((PHOTOS * jpeg.length) / 1e6),
        rounds,
        plainSeconds: Number((plain / 1_000).toFixed(2)),
        elementSeconds: Number((element / 1_000).toFixed(2)),
        ratio: Number((element / plain).toFixed(2)),
      },
      null,
      2,
    ),
  );
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
