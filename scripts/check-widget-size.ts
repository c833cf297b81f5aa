import { brotliCompressSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { launchBrowser } from '../test/browser.ts';
import { pageWith, seed, startElementSite } from '../test/element-site.ts';

/**
 * Weighs the element as a browser loads it: every script byte, brotli at its
 * best, in four parts. Exits with 1 when one is over its budget.
 */
const budgets = { 'first load': 15_000, live: 12_000, uploader: 22_000, files: 40_000 };

type Sizes = Map<string, number>;

const site = await startElementSite();
const browser = await launchBrowser();
try {
  seed(site.stub, 3);
  const first = await scripts('no-live', (page) => page.evaluate('ready.then(() => {})'));
  const view = await scripts('no-live', (page) => page.waitForLoadState('networkidle'));
  const live = await scripts('', (page) => page.waitForSelector('vehicle-media:state(live)'));
  site.stub.webSockets = false;
  const cutOff = await scripts('', (page) => page.waitForSelector('vehicle-media:state(live)'));
  const staff = await scripts('no-live mode="manage"', (page) =>
    page.waitForLoadState('networkidle'),
  );

  const withFile = await scripts('no-live mode="upload"', async (page) => {
    const asked = page.waitForRequest((request) => request.postData()?.includes('md5') ?? false);
    await page.locator('vehicle-media input.picker').setInputFiles({
      name: 'front.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from([0xff, 0xd8, 0xff, 0xd9]),
    });
    await asked;
  });

  report('first load', first, budgets['first load']);
  report('after the first photo', without(view, first));
  report('live', without(live, view));
  report('live where WebSockets do not get through', without(cutOff, view), budgets.live);
  report('uploader', without(staff, live, view), budgets.uploader);
  report(
    'with the first file, workers included',
    without(withFile, staff, live, view),
    budgets.files,
  );
} finally {
  await browser.close();
  await site.close();
}

/** Addresses and sizes of the scripts that a page with one element loads until it is `done`. */
async function scripts(attributes: string, done: (page: Page) => Promise<unknown>): Promise<Sizes> {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    Object.assign(globalThis, {
      ready: new Promise((resolve) => addEventListener('vm-ready', resolve, { once: true })),
    });
  });
  const responses: Response[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') responses.push(response);
  });
  const element = `<vehicle-media endpoint="/graphql" vehicle="1" ${attributes}></vehicle-media>`;
  await page.goto(site.page('/size', pageWith(element)), { waitUntil: 'commit' });
  await done(page);
  const sizes = await Promise.all(
    responses.map(async (response): Promise<[string, number]> => [
      new URL(response.url()).pathname,
      brotliCompressSync(await response.body()).length,
    ]),
  );
  await page.close();
  return new Map(sizes);
}

function without(sizes: Sizes, ...others: Sizes[]): Sizes {
  return new Map([...sizes].filter(([name]) => !others.some((other) => other.has(name))));
}

function report(name: string, sizes: Sizes, budget?: number): void {
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const over = budget !== undefined && total > budget;
  if (over) process.exitCode = 1;
  const limit = budget === undefined ? '' : ` of ${budget}${over ? ', TOO MUCH' : ''}`;
  console.log(`${name}: ${total} bytes${limit} (${[...sizes.keys()].join(' ')})`);
}
