import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from './browser.ts';
import { GraphQLClient } from './graphql-client.ts';
import { addVehicle, readGallery } from './gallery.ts';
import { photo } from './pictures.ts';
import { startServer, type TestServer } from './server.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server: TestServer;
let browser: Browser;
let page: Page;
let staff: GraphQLClient;
let vehicleId: string;

beforeAll(async () => {
  server = await startServer({ demo: true });
  browser = await launchBrowser();
  const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  staff = new GraphQLClient(server.url, logIn.session.token);
  const { vehicles } = await server.visitor.expect<{ vehicles: { nodes: { id: string }[] } }>(
    '{ vehicles(first: 1) { nodes { id } } }',
  );
  vehicleId = vehicles.nodes[0]?.id as string;
  const context = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    bypassCSP: true,
  });
  page = await context.newPage();
  // From here on the browser hands every file chooser to the test; asked only when the key is pressed, it may come too late.
  page.on('filechooser', () => undefined);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** What has the focus, through shadow roots: its name as people hear it, and its part. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const label =
      element?.getAttribute('aria-label') ??
      (element as HTMLInputElement | null)?.labels?.[0]?.textContent ??
      element?.textContent ??
      '';
    return `${element?.getAttribute('part') ?? ''} ${element?.getAttribute('type') ?? ''} ${label.trim()}`;
  });
}

/** Presses Tab until the focus is on what is meant. */
async function tabTo(wanted: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab');
    const name = await focused();
    if (wanted.test(name)) return;
    passed.push(name);
  }
  throw new Error(`Tab never came to ${wanted}: ${passed.join(' | ')}`);
}

const element = <T>(read: string): Promise<T> =>
  page.evaluate(`document.querySelector('vehicle-media')?.${read}`) as Promise<T>;

async function openedElement(state: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector('vehicle-media')?.matches(`:state(${wanted})`),
    state,
  );
}

async function order(): Promise<string[]> {
  return (await readGallery(staff, vehicleId)).media.nodes.map(({ id }) => id);
}

describe('with nothing but a keyboard', () => {
  it('a visitor looks through the photos and at one of them closely', async () => {
    await page.goto(`${server.url}/vehicles/${vehicleId}`);
    await openedElement('ready');
    await tabTo(/next-button/);
    await page.keyboard.press('Enter');
    await expect.poll(() => element('currentIndex')).toBe(1);
    await tabTo(/zoom-button/);
    await page.keyboard.press('Enter');
    await expect.poll(focused).toMatch(/close-button/);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toMatch(/zoom-button/);
  });

  it('staff log in, upload, describe, reorder, delete and take it back', async () => {
    await page.goto(`${server.url}/staff`);
    await page.getByLabel(/e-?mail/i).waitFor();
    if (!/email/.test(await focused())) await tabTo(/email/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(demoAccount.email);
    await tabTo(/password/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(demoAccount.password);
    await page.keyboard.press('Enter');
    await page.getByRole('searchbox').waitFor();
    await page.goto(`${server.url}/staff/vehicles/${vehicleId}`);
    await openedElement('ready');
    const before = await order();

    const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-keyboard-'));
    const file = path.join(folder, 'side.jpg');
    await writeFile(file, (await photo({ width: 800, height: 600, seed: 31 })).bytes);
    await page.locator('vehicle-media [part~="choose-button"]').waitFor();
    await tabTo(/choose-button/);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.keyboard.press('Enter'),
    ]);
    await chooser.setFiles(file);
    await expect.poll(async () => (await order()).length).toBe(before.length + 1);
    await rm(folder, { recursive: true });
    const added = (await order()).at(-1) as string;
    await page.locator(`vehicle-media [data-id="${added}"][data-status="READY"]`).waitFor();

    await tabTo(/first-button Move photo 2\b|first-button.*\b2\b/);
    await page.keyboard.press('Enter');
    await expect.poll(order).toEqual([before[1], before[0], ...before.slice(2), added]);

    await tabTo(/description.*\b2\b/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Seen from the left');
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await readGallery(staff, vehicleId)).media.nodes[1]?.alt)
      .toBe('Seen from the left');

    await tabTo(/remove-button.*\b2\b/);
    await page.keyboard.press('Enter');
    await expect.poll(order).toEqual([before[1], ...before.slice(2), added]);
    await tabTo(/undo/i);
    await page.keyboard.press('Enter');
    await expect.poll(order).toEqual([before[1], before[0], ...before.slice(2), added]);
  });
});

describe('axe finds nothing', () => {
  const pages: [string, () => Promise<string> | string][] = [
    ['in the showroom', () => '/'],
    ['on a vehicle’s page', () => `/vehicles/${vehicleId}`],
    ['on the page of a vehicle without photos', async () => `/vehicles/${await addVehicle(staff)}`],
    ['on a page that is not there', () => '/vehicles/none'],
    ['in the list of vehicles', () => '/staff'],
    ['where a vehicle is added', () => '/staff/vehicles/new'],
    ['where a vehicle is edited', () => `/staff/vehicles/${vehicleId}`],
  ];

  /** Of the page as it is: what is wrong, with the elements that it is wrong with. */
  function violations(tags?: readonly string[]): Promise<string[]> {
    return page.evaluate(
      async (runOnly) => {
        const { axe } = window as unknown as {
          axe: {
            run(options: object): Promise<{
              violations: { id: string; nodes: { html: string }[] }[];
            }>;
          };
        };
        const result = await axe.run(runOnly ? { runOnly } : {});
        return result.violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
        );
      },
      tags && [...tags],
    );
  }

  it.each(
    pages.flatMap(([name, address]) => [1440, 360].map((width) => [name, width, address] as const)),
  )('%s, %i px wide, in light and in dark colours', async (_, width, address) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${server.url}${await address()}`);
    await page.waitForLoadState('networkidle');
    await page.evaluate(AXE);
    expect(await violations()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The scheme changes nothing but colours, some of them by and by.
    await expect.poll(() => violations(['cat.color'])).toEqual([]);
  });

  it.each(['view', 'upload', 'manage'])(
    'in the mode %s on a page of somebody else',
    async (mode) => {
      await page.setViewportSize({ width: 1000, height: 900 });
      await page.route('**/elsewhere', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<!doctype html><html lang="en"><title>Elsewhere</title><main><h1>Elsewhere</h1>
          <script type="module" src="${server.url}/embed/v1.js"></script>
          <vehicle-media endpoint="${server.url}/graphql" vehicle="${vehicleId}" mode="${mode}"></vehicle-media></main></html>`,
        }),
      );
      await page.goto(`${server.url}/elsewhere`);
      await openedElement('ready');
      await page.waitForLoadState('networkidle');
      await page.evaluate(AXE);
      expect(await violations()).toEqual([]);
    },
  );
});
