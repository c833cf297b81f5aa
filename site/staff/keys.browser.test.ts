import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../../test/browser.ts';
import { addVehicle } from '../../test/gallery.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { accessibilityProblems } from '../test-page.ts';

const LONG = { timeout: 120_000 };

let browser: Browser;
let server: TestServer;
let south: TestDealership;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer();
  south = await server.dealership('south');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function openKeys({ email, password }: TestDealership): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${server.url}/staff/keys`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
  return page;
}

it('makes an API key, shows it once, and revokes it when one is sure', LONG, async () => {
  const page = await openKeys(south);
  await page.getByLabel('What it is for').fill('Inventory sync');
  await page.getByLabel('Change vehicles').check();
  await page.getByRole('button', { name: 'Make the API key' }).click();
  const key = await page.getByLabel('New API key').inputValue();
  expect(key).toMatch(/^fck_/);
  const program = new GraphQLClient(server.url, key);
  const rights = '{ viewer { rights } }';
  expect(await program.expect(rights)).toEqual({
    viewer: { rights: ['READ', 'FOLLOW', 'EDIT_VEHICLES', 'REGISTER_DOCUMENTS'] },
  });
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.reload();
  await page.getByText('Last used').waitFor();
  expect(await page.content()).not.toContain(key);
  const revoke = page.getByRole('button', { name: 'Revoke “Inventory sync”' });
  await revoke.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await program.expect(rights)).toMatchObject({ viewer: {} });
  await revoke.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await revoke.waitFor({ state: 'detached' });
  expect(await program.send(rights)).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  await page.close();
});

it('gives a snippet with which a page shows a vehicle', LONG, async () => {
  await addVehicle(south.staff, { stockNumber: 'SHOW-1' });
  const page = await openKeys(south);
  await page.getByLabel('Name of the site').fill('Our site');
  await page.getByLabel('Only for these addresses').fill('nonsense');
  await page.getByRole('button', { name: 'Make the embed key' }).click();
  await page.getByText('is no origin').waitFor();
  const origins = page.getByLabel('Only for these addresses');
  expect(await origins.getAttribute('aria-invalid')).toBe('true');
  expect(await origins.evaluate((field) => field === document.activeElement)).toBe(true);
  await page.getByLabel('Only for these addresses').fill('');
  await page.getByRole('button', { name: 'Make the embed key' }).click();
  const snippet = await page.getByLabel('Snippet of “Our site”').inputValue();
  await page.close();

  const shop = await browser.newPage();
  await shop.route(`${server.url}/shop`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: snippet.replace('YOUR STOCK NUMBER', 'SHOW-1'),
    }),
  );
  await shop.goto(`${server.url}/shop`);
  const status = () =>
    shop
      .locator('vehicle-media')
      .evaluate((element) => (element as HTMLElement & { status?: string }).status);
  await expect.poll(status).toBe('empty');
  await shop.close();
});

it('changes where an embed key is good', LONG, async () => {
  await south.staff.expect(
    'mutation { createEmbedKey(input: { name: "Old name" }) { userErrors { code } } }',
  );
  const page = await openKeys(south);
  await page.getByRole('button', { name: 'Change “Old name”' }).click();
  const form = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name: 'Save' }) });
  const name = form.getByLabel('Name of the site');
  expect(await name.inputValue()).toBe('Old name');
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
  await form.getByLabel('Only for these addresses').fill('nonsense');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('is no origin').waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);
  await name.fill('New name');
  await form
    .getByLabel('Only for these addresses')
    .fill('https://www.south.example https://*.south.example');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('For https://www.south.example, https://*.south.example').waitFor();
  const change = page.getByRole('button', { name: 'Change “New name”' });
  await expect
    .poll(() => change.evaluate((button) => button === document.activeElement))
    .toBe(true);
  await change.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await change.waitFor();
  await page.close();
});

it('says to whoever may not manage keys who may', LONG, async () => {
  const page = await openKeys(await server.dealership(PUBLIC_DEALERSHIP, 'PHOTOGRAPHER'));
  await page.getByText('Owners and managers make keys').waitFor();
  expect(await page.getByRole('link', { name: 'Keys' }).count()).toBe(0);
  await page.close();
});
