import { buffer } from 'node:stream/consumers';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccount } from '../demo/seed.ts';
import type { S3Config } from '../server/config.ts';
import { uuidOf } from '../server/node-id.ts';
import { launchBrowser } from './browser.ts';
import { GraphQLClient } from './graphql-client.ts';
import { likeness } from './image-processing.ts';
import { readSegments } from './jpeg-segments.ts';
import { EXIF_TRACES, phonePhoto, type Photo } from './pictures.ts';
import { freshBucket, noS3Reason, type FreshBucket } from './s3.ts';
import { startServer, type TestServer } from './server.ts';
import { readWebpChunks } from './webp-chunks.ts';

const TRACES = [
  ...EXIF_TRACES,
  'XMP-TRACE',
  'IPTC-TRACE',
  'COMMENT-TRACE',
  'Exif',
  'http://ns.adobe.com',
];

let browser: Browser;
let picture: Photo;
beforeAll(async () => {
  browser = await launchBrowser();
  picture = await phonePhoto(11);
});
afterAll(() => browser.close());

interface Rendition {
  url: string;
  width: number;
  height: number;
  format: 'WEBP' | 'JPEG';
}

async function logIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/staff`);
  await page.getByLabel(/e-?mail/i).fill(demoAccount.email);
  await page.getByLabel(/password/i).fill(demoAccount.password);
  await page.getByRole('button', { name: /log in/i }).click();
  await page.getByRole('searchbox').waitFor();
}

/** Drops a file onto the element, as a hand with a mouse would. */
async function drop(page: Page, bytes: Buffer, name: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    async ({ base64, fileName }) => {
      const response = await fetch(`data:image/jpeg;base64,${base64}`).catch(() => null);
      const content = response
        ? await response.blob()
        : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([content], fileName, { type: 'image/jpeg' }));
      return data;
    },
    { base64: bytes.toString('base64'), fileName: name },
  );
  const zone = page.locator('vehicle-media [part~="dropzone"]');
  await zone.waitFor();
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await zone.dispatchEvent(type, { dataTransfer: transfer });
  }
}

/** What the storage has been sent for a photo. */
async function original({ app }: TestServer, mediaId: string): Promise<Buffer> {
  const uuid = uuidOf('Media', mediaId) as string;
  for await (const { key } of app.storage.list('originals/')) {
    if (key.includes(uuid)) return buffer(await app.storage.read(key));
  }
  throw new Error('The photo has no original.');
}

/** A photo's bytes are noise to a text search: this run of them is in no request but the right one. */
function fingerprints(bytes: Buffer): (Buffer | string)[] {
  const at = Math.floor(bytes.length / 2);
  return [bytes.subarray(at, at + 64), bytes.toString('base64').slice(at, at + 64)];
}

async function flow(server: TestServer, storageHost: string): Promise<void> {
  const { vehicles } = await server.visitor.expect<{ vehicles: { nodes: { id: string }[] } }>(
    '{ vehicles(first: 1) { nodes { id } } }',
  );
  const vehicleId = vehicles.nodes[0]?.id as string;

  const visitor = await (await browser.newContext()).newPage();
  let loads = 0;
  visitor.on('domcontentloaded', () => (loads += 1));
  await visitor.goto(`${server.url}/vehicles/${vehicleId}`);
  const shown = () =>
    visitor.evaluate(() => {
      const element = document.querySelector('vehicle-media') as unknown as {
        media?: { id: string }[];
      };
      return element.media?.map(({ id }) => id) ?? [];
    });
  await expect.poll(shown).not.toHaveLength(0);
  await visitor.waitForFunction(() =>
    document.querySelector('vehicle-media')?.matches(':state(live)'),
  );
  const before = await shown();

  const staff = await (
    await browser.newContext({ viewport: { width: 1440, height: 1000 } })
  ).newPage();
  const requests: Request[] = [];
  staff.on('request', (request) => requests.push(request));
  await logIn(staff, server.url);
  await staff.goto(`${server.url}/staff/vehicles/${vehicleId}`);
  await drop(staff, picture.bytes, 'walkaround.jpg');

  await expect.poll(shown, { timeout: 60_000 }).toHaveLength(before.length + 1);
  expect(loads).toBe(1);
  const [mediaId] = (await shown()).filter((id) => !before.includes(id));

  const sent = await original(server, mediaId as string);
  expect(sent.length).toBeLessThan(picture.bytes.length / 2);
  for (const trace of TRACES) expect(sent.includes(trace), `${trace} was sent`).toBe(false);
  const toApi = requests.filter((request) => new URL(request.url()).pathname === '/graphql');
  expect(toApi.length).toBeGreaterThan(2);
  for (const request of toApi) {
    const body = request.postDataBuffer() ?? Buffer.alloc(0);
    expect(body.length).toBeLessThan(50_000);
    for (const run of [...fingerprints(picture.bytes), ...fingerprints(sent)]) {
      expect(body.includes(run)).toBe(false);
    }
  }
  const puts = requests.filter((request) => request.method() === 'PUT');
  expect(puts.map((request) => new URL(request.url()).host)).toEqual([storageHost]);
  expect((await puts[0]?.response())?.status()).toBe(200);

  const { node } = await server.visitor.expect<{
    node: { width: number; height: number; renditions: Rendition[] };
  }>(
    'query ($id: ID!) { node(id: $id) { ... on ImageMedia { width height renditions { url width height format } } } }',
    { id: mediaId },
  );
  // As large as the largest rendition needs: more is not sent.
  expect([node.width, node.height]).toEqual([2048, 2731]);
  expect(node.renditions.map(({ format, width }) => `${width} ${format}`)).toEqual(
    [320, 640, 1280, 2048].flatMap((width) => [`${width} JPEG`, `${width} WEBP`]),
  );
  for (const { url, width, height, format } of node.renditions) {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('max-age=31536000');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(height).toBeGreaterThan(width);
    expect(await likeness({ width, height, format, bytes }, picture.upright)).toBeGreaterThan(28);
    for (const trace of TRACES) expect(bytes.includes(trace), `${trace} in ${url}`).toBe(false);
    if (format === 'JPEG') {
      const markers = readSegments(bytes).map(({ marker }) => marker);
      expect(markers.filter((marker) => [0xe1, 0xe2, 0xed, 0xfe].includes(marker))).toEqual([]);
    } else {
      expect(readWebpChunks(bytes).filter((chunk) => /EXIF|XMP|ICCP/.test(chunk))).toEqual([]);
    }
  }
  await visitor.context().close();
  await staff.context().close();
}

describe('a photo that is dropped into the element', () => {
  it('goes straight to the disk storage and appears on every open page', async () => {
    const server = await startServer({ demo: true });
    try {
      await flow(server, new URL(server.url).host);
    } finally {
      await server.stop();
    }
  });

  it.skipIf(noS3Reason !== null)(
    `goes straight to a bucket and appears on every open page${noS3Reason ? ` (skipped: ${noS3Reason})` : ''}`,
    async () => {
      const bucket = (await freshBucket()) as FreshBucket;
      const { endpoint, region, credentials, bucket: name } = bucket.config;
      const storage: S3Config = {
        driver: 's3',
        endpoint,
        region,
        bucket: name,
        credentials,
        forcePathStyle: true,
        mediaBaseUrl: null,
      };
      const server = await startServer({
        demo: true,
        change: (config) => ({ ...config, storage }),
      });
      try {
        await flow(server, new URL(endpoint).host);
      } finally {
        await server.stop();
        await bucket.drop();
      }
    },
  );
});

it('is refused to whoever logs in with a wrong password', async () => {
  const server = await startServer({ demo: true });
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}/staff`);
    await page.getByLabel(/e-?mail/i).fill(demoAccount.email);
    await page.getByLabel(/password/i).fill('wrong');
    await page.getByRole('button', { name: /log in/i }).click();
    await page.getByRole('alert').waitFor();
    expect(await new GraphQLClient(server.url).expect('{ viewer { role } }')).toEqual({
      viewer: null,
    });
    await page.close();
  } finally {
    await server.stop();
  }
});
