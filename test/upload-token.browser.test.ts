import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { addVehicle, uploadPhoto } from './gallery.ts';
import { makeUploadToken } from './keys.ts';
import { phonePhoto } from './pictures.ts';
import { startServer, type TestDealership, type TestServer } from './server.ts';

const LONG = { timeout: 60_000 };

let browser: Browser;
let server: TestServer;
let south: TestDealership;
let vehicleId: string;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer();
  south = await server.dealership('south');
  vehicleId = await addVehicle(south.staff);
  await uploadPhoto(south.staff, vehicleId, (await phonePhoto(3)).bytes);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** A page with the element in the mode `manage`. */
async function openElement(token: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${server.url}/back-office`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<script type="module" src="${server.url}/embed/v1.js"></script>
        <vehicle-media endpoint="${server.url}/graphql" vehicle="${vehicleId}" mode="manage" token="${token}"></vehicle-media>`,
    }),
  );
  await page.goto(`${server.url}/back-office`);
  await page.waitForFunction(() =>
    document.querySelector('vehicle-media')?.matches(':state(ready)'),
  );
  await page.locator('vehicle-media [part~="dropzone"]').waitFor();
  return page;
}

it('offers whoever has an upload token no changes that it does not allow', LONG, async () => {
  const { token } = await makeUploadToken(south.staff, vehicleId);
  const page = await openElement(token);
  expect(await page.locator('vehicle-media [part~="manage"]').count()).toBe(0);
  await page.locator('vehicle-media input[type=file]').first().waitFor({ state: 'attached' });
  await page.close();
});

it('offers them to whoever may change media', LONG, async () => {
  const page = await openElement(south.token);
  await page.locator('vehicle-media [part~="manage"]').getByRole('button').first().waitFor();
  await page.close();
});
