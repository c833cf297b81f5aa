/**
 * Pictures of the element and its pages for the documentation, taken of the
 * demo in a real browser: npm run screenshots
 */
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { demoFile, demoVehicles } from '../demo/import.ts';
import { demoAccount } from '../demo/seed.ts';
import { launchBrowser } from '../test/browser.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { addVehicle } from '../test/gallery.ts';
import { startServer } from '../test/server.ts';

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const SIZES = { 1440: { width: 1440, height: 1000 }, 360: { width: 360, height: 760 } };
const only = process.argv[2];

const server = await startServer({ demo: true });
const browser = await launchBrowser();
await mkdir(FOLDER, { recursive: true });

const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
  'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
  demoAccount,
);
const staff = new GraphQLClient(server.url, logIn.session.token);
const { vehicles } = await server.visitor.expect<{ vehicles: { nodes: { id: string }[] } }>(
  '{ vehicles(first: 3) { nodes { id } } }',
);
const [, edited, shown] = vehicles.nodes.map(({ id }) => id) as [string, string, string];
const empty = await addVehicle(staff, {
  make: 'Halden',
  model: 'Orrin',
  year: 2026,
  stockNumber: 'NEW-1',
});

let shots = 0;

/** Covers of three cars that were not sent before: what the server has is not sent again. */
function freshPictures(): Promise<string[]> {
  const first = 3 * shots++;
  return Promise.all(
    demoVehicles.slice(first, first + 3).map(async ({ pictures: [cover] }) => {
      const largest = cover?.renditions.filter(({ format }) => format === 'JPEG').at(-1);
      return (await readFile(demoFile(largest?.key ?? ''))).toString('base64');
    }),
  );
}

async function save(page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled' });
  await sharp(png).png({ palette: true, quality: 90, effort: 8 }).toFile(`${FOLDER}${name}.png`);
  console.log(name);
}

async function settled(page: Page): Promise<void> {
  await page.locator('vehicle-media').scrollIntoViewIfNeeded();
  await page.waitForFunction(() =>
    document.querySelector('vehicle-media')?.matches(':state(ready), :state(empty)'),
  );
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => {
    const root = document.querySelector('vehicle-media')?.shadowRoot;
    const visible = [...(root?.querySelectorAll('img') ?? [])].filter((image) => {
      const { top, bottom, width } = image.getBoundingClientRect();
      return width > 0 && bottom > 0 && top < innerHeight;
    });
    return visible.every((image) => image.complete);
  });
}

async function openStaff(page: Page, path: string): Promise<void> {
  await page.goto(`${server.url}/staff`);
  await page.getByLabel(/e-?mail/i).fill(demoAccount.email);
  await page.getByLabel(/password/i).fill(demoAccount.password);
  await page.getByRole('button', { name: /log in/i }).click();
  await page.getByRole('searchbox').waitFor();
  await page.goto(`${server.url}/staff${path}`);
}

async function dropFiles(
  page: Page,
  files: { name: string; type: string; base64: string }[],
): Promise<void> {
  const transfer = await page.evaluateHandle((dropped) => {
    const data = new DataTransfer();
    for (const { name, type, base64 } of dropped) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  }, files);
  const zone = page.locator('vehicle-media [part~="dropzone"]');
  await zone.waitFor();
  for (const type of ['dragenter', 'dragover', 'drop'])
    await zone.dispatchEvent(type, { dataTransfer: transfer });
}

const SHOTS: Record<string, (page: Page) => Promise<void>> = {
  async showroom(page) {
    await page.goto(`${server.url}/`);
    await page.waitForLoadState('networkidle');
  },
  async view(page) {
    await page.goto(`${server.url}/vehicles/${shown}`);
    await settled(page);
    await page.evaluate(() => scrollTo(0, 0));
  },
  async empty(page) {
    await page.goto(`${server.url}/vehicles/${empty}`);
    await settled(page);
    await page.evaluate(() => scrollTo(0, 0));
  },
  async manage(page) {
    await openStaff(page, `/vehicles/${edited}`);
    await settled(page);
  },
  async upload(page) {
    // The first file is sent, the second is on its way, the third waits.
    let puts = 0;
    await page.route('**/storage/upload/**', async (route) => {
      puts += 1;
      if (puts === 1) await route.continue();
    });
    await openStaff(page, `/vehicles/${edited}`);
    await settled(page);
    await dropFiles(
      page,
      (await freshPictures()).map((base64, index) => ({
        name: `front-${index + 1}.jpg`,
        type: 'image/jpeg',
        base64,
      })),
    );
    await page.locator('vehicle-media [part~="item"]').first().waitFor();
    await page.waitForTimeout(2_500);
    await page.locator('vehicle-media [part~="item"]').first().scrollIntoViewIfNeeded();
  },
  async error(page) {
    await openStaff(page, `/vehicles/${edited}`);
    await settled(page);
    await dropFiles(page, [
      {
        name: 'brochure.pdf',
        type: 'application/pdf',
        base64: Buffer.from('%PDF-1.7').toString('base64'),
      },
      { name: 'empty.jpg', type: 'image/jpeg', base64: '' },
    ]);
    await page.locator('vehicle-media [part~="item-error"]').first().waitFor();
    await page.locator('vehicle-media [part~="item-error"]').first().scrollIntoViewIfNeeded();
  },
};

async function withPage(
  options: Parameters<typeof browser.newContext>[0],
  work: (page: Page) => Promise<void>,
) {
  const context: BrowserContext = await browser.newContext({ ...options, deviceScaleFactor: 1 });
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
}

try {
  for (const [name, open] of Object.entries(SHOTS)) {
    if (only && only !== name) continue;
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        await withPage({ viewport, colorScheme, hasTouch: size === '360' }, async (page) => {
          await open(page);
          await save(page, `${name}-${colorScheme}-${size}`);
        });
      }
    }
  }
  for (const name of ['view', 'manage'] as const) {
    if (only && only !== name) continue;
    await withPage({ viewport: SIZES[1440], locale: 'ar' }, async (page) => {
      await page.addInitScript(() => {
        document.addEventListener('DOMContentLoaded', () => {
          document.documentElement.lang = 'ar';
          document.documentElement.dir = 'rtl';
        });
      });
      await SHOTS[name]?.(page);
      await save(page, `${name}-rtl-1440`);
    });
  }
} finally {
  await browser.close();
  await server.stop();
}
