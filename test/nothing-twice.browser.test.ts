import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from './browser.ts';
import { photo } from './pictures.ts';
import { startServer, type TestServer } from './server.ts';

const PART_BYTES = 8 * 2 ** 20;
const FILE_BYTES = 24_500_000;

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let folder: string;
/** Paths of the PUTs that began. */
let begun: string[];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ demo: true }), launchBrowser()]);
  folder = await mkdtemp(join(tmpdir(), 'interrupted-'));
  const { bytes } = await photo({ width: 640, height: 480, seed: 5 });
  // What follows a JPEG's end is ignored.
  const padding = Buffer.alloc(FILE_BYTES - bytes.length, 7);
  await writeFile(join(folder, 'large.jpg'), Buffer.concat([bytes, padding]));
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  begun = [];
  context = await browser.newContext();
  context.on('request', (request) => {
    if (request.method() === 'PUT') begun.push(new URL(request.url()).pathname);
  });
});
afterEach(() => context.close());

/** The staff page of one of the demo's vehicles. */
async function openVehicle(index: number): Promise<Page> {
  const { vehicles } = await server.visitor.expect<{ vehicles: { nodes: { id: string }[] } }>(
    '{ vehicles(first: 3) { nodes { id } } }',
  );
  const page = await context.newPage();
  await page.goto(`${server.url}/staff`);
  await page.getByLabel(/e-?mail/i).fill(demoAccount.email);
  await page.getByLabel(/password/i).fill(demoAccount.password);
  await page.getByRole('button', { name: /log in/i }).click();
  await page.getByRole('searchbox').waitFor();
  await page.goto(`${server.url}/staff/vehicles/${vehicles.nodes[index]?.id}`);
  await page.locator('vehicle-media .uploader').waitFor();
  return page;
}

async function throttle(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 6_000_000,
  });
}

const choose = (page: Page, files: string[]): Promise<void> =>
  page.locator('vehicle-media input.picker').setInputFiles(files.map((name) => join(folder, name)));

it('goes on behind the parts that arrived when its tab is closed, reloaded and cut off', async () => {
  const row = (page: Page) => page.locator('vehicle-media .row').filter({ hasText: 'large.jpg' });
  const percent = async (page: Page): Promise<number> =>
    Number(/(\d+)%/.exec(await row(page).innerText())?.[1] ?? 0);

  const first = await openVehicle(0);
  await throttle(first);
  await choose(first, ['large.jpg']);
  await expect.poll(() => percent(first), { interval: 50 }).toBeGreaterThan(40);
  await first.close();

  const second = await openVehicle(0);
  await throttle(second);
  await expect.poll(() => percent(second), { interval: 50 }).toBeGreaterThan(50);
  await second.reload();
  await expect.poll(() => percent(second), { interval: 50 }).toBeGreaterThan(70);
  await context.setOffline(true);
  await expect.poll(() => row(second).innerText()).toMatch(/No network|Connection trouble/);
  await context.setOffline(false);
  await expect.poll(() => row(second).innerText(), { timeout: 60_000 }).toContain('Ready');

  const parts = Math.ceil(FILE_BYTES / PART_BYTES);
  expect(begun.length).toBeLessThanOrEqual(parts + 3);
  const [upload, ...others] = await server.app.db.prisma.upload.findMany({
    where: { fileName: 'large.jpg' },
  });
  expect(others).toEqual([]);
  expect(upload).toMatchObject({ status: 'COMPLETED', byteSize: BigInt(FILE_BYTES) });
});

it('sends nothing of 30 photos that are on another vehicle already', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `${index + 1}.jpg`);
  for (const [index, name] of names.entries()) {
    const { bytes } = await photo({ width: 64, height: 48, seed: 100 + index });
    await writeFile(join(folder, name), bytes);
  }
  const first = await openVehicle(1);
  await choose(first, names);
  await expect.poll(() => begun.length).toBe(30);
  await expect.poll(() => first.locator('vehicle-media .row.ready').count()).toBe(30);
  const second = await openVehicle(2);
  await choose(second, names);
  const stored = second.locator('vehicle-media .row').filter({ hasText: 'Already here' });
  await expect.poll(() => stored.count()).toBe(30);
  expect(begun).toHaveLength(30);
});
