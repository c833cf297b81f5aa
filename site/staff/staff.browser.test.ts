import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityProblems, SITE_ASSETS, startTestSite, type TestSite } from '../test-page.ts';
import { FIXTURE_ACCOUNT, FixtureStock } from '../test-stock.ts';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
beforeEach(() => {
  site.server.stock.vehicles.splice(0, Infinity, ...new FixtureStock().vehicles);
});
afterAll(() => site.close());

const LONG = { timeout: 60_000 };

async function logIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log in' }).click();
  await page
    .getByRole('heading', { level: 1, name: 'Staff log-in' })
    .waitFor({ state: 'detached' });
}

async function openAsStaff(path: string, options?: Parameters<TestSite['open']>[1]) {
  const opened = await site.open(path, options);
  await logIn(opened.page);
  return opened;
}

const focusedText = (page: Page) =>
  page.evaluate(() => document.activeElement?.textContent?.trim());

describe('log-in', () => {
  it(
    'fills in the demo account, names a wrong password and lets in with the right one',
    LONG,
    async () => {
      const { page, problems } = await site.open('/staff');
      expect(await page.getByLabel('E-mail').inputValue()).toBe(FIXTURE_ACCOUNT.email);
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
      expect(
        await page.getByLabel('Password').evaluate((field) => field === document.activeElement),
      ).toBe(true);
      await page.getByLabel('Password').fill(FIXTURE_ACCOUNT.password);
      await logIn(page);
      await page.getByText('Fixture Motors').waitFor();
      await page.getByText('30 vehicles').waitFor();
      expect(await focusedText(page)).toBe('Vehicles');
      await page.reload();
      await page.getByText('30 vehicles').waitFor();
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('heading', { name: 'Staff log-in' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Staff log-in' }).waitFor();
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );

  it(
    'comes back above the page when the session ends, and keeps what was typed',
    LONG,
    async () => {
      const { page } = await openAsStaff('/staff/vehicles/vehicle-02');
      await page.getByLabel('Make').fill('Typed');
      site.server.stock.tokens.clear();
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByRole('dialog', { name: 'Please log in again' }).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.getByLabel('Make').inputValue()).toBe('Typed');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      expect(site.server.stock.vehicles[1]).toMatchObject({ make: 'Typed' });
      await page.context().close();
    },
  );

  it('is asked for at once when the token of a reloaded page is refused', LONG, async () => {
    const { page } = await openAsStaff('/staff');
    await page.getByText('30 vehicles').waitFor();
    site.server.stock.tokens.clear();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Staff log-in' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.context().close();
  });

  it('comes back when the element says that its token has expired', LONG, async () => {
    const { page } = await openAsStaff('/staff/vehicles/vehicle-02');
    const element = page.locator('vehicle-media');
    await element.waitFor({ state: 'attached' });
    const token = () => element.evaluate((node) => (node as HTMLElement & { token: string }).token);
    const first = await token();
    expect(first).toMatch(/^token-/);
    await element.evaluate((node) =>
      node.dispatchEvent(new Event('vm-token-expired', { bubbles: true, composed: true })),
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await token()).not.toBe(first);
    await page.context().close();
  });
});

describe('list', () => {
  it('searches while one types, by status too, and keeps both in the address', LONG, async () => {
    const { page } = await openAsStaff('/staff');
    await page.getByText('30 vehicles').waitFor();
    await page.getByLabel('Search vehicles').pressSequentially('model 2');
    await page.getByText('10 vehicles for “model 2”').waitFor();
    await page.getByRole('link', { name: 'Draft', exact: true }).click();
    await page.getByText('5 vehicles for “model 2”').waitFor();
    expect(await focusedText(page)).toBe('Draft');
    await page.reload();
    await page.getByText('5 vehicles for “model 2”').waitFor();
    expect(await page.getByLabel('Search vehicles').inputValue()).toBe('model 2');
    await page.goBack();
    await page.getByText('10 vehicles for “model 2”').waitFor();
    await page.getByLabel('Search vehicles').fill('nothing like it');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByText('30 vehicles').waitFor();
    await page.getByRole('link', { name: 'Without photos' }).click();
    await page.getByText('1 vehicle', { exact: true }).waitFor();
    await page.context().close();
  });

  it('loads more, and moves the focus to what came', LONG, async () => {
    const { page } = await openAsStaff('/staff');
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByRole('link', { name: 'Model 30' }).waitFor();
    expect(await page.locator('.row').count()).toBe(30);
    expect(await focusedText(page)).toBe('2021 Example Model 25');
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    await page.context().close();
  });

  it('says what is wrong when the server is away, and tries again', LONG, async () => {
    const { page } = await openAsStaff('/staff');
    await page.getByText('30 vehicles').waitFor();
    await page.route('**/graphql', (route) => route.abort());
    await page.getByRole('link', { name: 'Sold', exact: true }).click();
    await page.getByText('The server cannot be reached.').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('1 vehicle', { exact: true }).waitFor();
    await page.context().close();
  });
});

describe('storage', () => {
  it('is told in words and on a meter, of the dealership and of a vehicle', LONG, async () => {
    const { page } = await openAsStaff('/staff');
    await page.getByRole('meter', { name: 'Storage: 2 GB of 50 GB' }).waitFor();
    await page.getByText('1.9 GB in photos').waitFor();
    await page.getByText('120 MB in videos').waitFor();
    const widths = await page
      .locator('.usage-bar rect')
      .evaluateAll((parts) => parts.map((part) => Number(part.getAttribute('width'))));
    expect(widths.map(Math.round)).toEqual([38, 4]);
    await page.getByRole('link', { name: '2021 Example Model 02' }).click();
    await page.getByRole('meter', { name: 'Storage: 75 MB of 1 GB' }).waitFor();
    await page.getByText('8 of 100 photos and videos').waitFor();
    await page.getByText('9 MB still on the way').waitFor();
    expect(await page.getByText('Almost full').count()).toBe(0);
    const { storageUsage } = site.server.stock.vehicles[1] as unknown as {
      storageUsage: { total: { usedBytes: number } };
    };
    storageUsage.total.usedBytes = 91_000_000;
    await page
      .locator('vehicle-media')
      .evaluate((element) => element.dispatchEvent(new Event('vm-media-change')));
    await page.getByRole('meter', { name: 'Storage: 100 MB of 1 GB' }).waitFor();
    storageUsage.total.usedBytes = 910_000_000;
    await page
      .locator('vehicle-media')
      .evaluate((element) => element.dispatchEvent(new Event('vm-media-change')));
    await page.getByText('Almost full').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
  });
});

describe('editor', () => {
  it('adds a vehicle, with the error of the server at its field', LONG, async () => {
    const { page, problems } = await openAsStaff('/staff');
    await page.getByRole('link', { name: 'Add vehicle' }).click();
    await page.getByRole('heading', { level: 1, name: 'Add a vehicle' }).waitFor();
    expect(await focusedText(page)).toBe('Add a vehicle');
    await page.getByLabel('VIN').fill('1M8');
    await page.getByLabel('Make').fill('Sample');
    await page.getByLabel('Year').fill('2024');
    await page.getByLabel('Price', { exact: true }).fill('31,500');
    await page.getByRole('button', { name: 'Add vehicle' }).click();
    const vin = page.getByLabel('VIN');
    await page.getByText('A VIN has 17 characters.').first().waitFor();
    expect(await vin.getAttribute('aria-invalid')).toBe('true');
    expect(await vin.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await vin.fill('1m8gdm9axkp042788');
    await page.getByRole('button', { name: 'Add vehicle' }).click();
    await page.getByRole('heading', { level: 1, name: '2024 Sample' }).waitFor();
    await page.getByText('Added as a draft').waitFor();
    expect(site.server.stock.vehicles[0]).toMatchObject({
      vin: '1M8GDM9AXKP042788',
      status: 'DRAFT',
      price: { amount: '31500', currency: 'USD' },
    });
    expect(await page.title()).toBe('2024 Sample | Forecourt');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('does not overwrite a vehicle that has the stock number already', LONG, async () => {
    const { page } = await openAsStaff('/staff/vehicles/new');
    await page.getByLabel('Stock number').fill('S-03');
    await page.getByRole('button', { name: 'Add vehicle' }).click();
    await page.getByText('“2021 Example Model 03” has this already.').first().waitFor();
    expect(site.server.stock.vehicles).toHaveLength(30);
    await page.getByRole('link', { name: 'Open that vehicle' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { level: 1, name: '2021 Example Model 03' }).waitFor();
    await page.context().close();
  });

  it('publishes and unpublishes, with what was typed', LONG, async () => {
    const { page } = await openAsStaff('/staff/vehicles/vehicle-25');
    const address = `${site.server.url}/vehicles/vehicle-25`;
    expect((await fetch(address)).status).toBe(404);
    await page.getByLabel('Exterior colour').fill('Green');
    await page.getByRole('button', { name: 'Save and publish' }).click();
    await page.getByRole('link', { name: 'Open the public page' }).waitFor();
    const shown = await fetch(address);
    expect(await shown.text()).toContain('Green');
    await page.getByRole('button', { name: 'Unpublish' }).click();
    await page.getByRole('button', { name: 'Publish', exact: true }).waitFor();
    expect((await fetch(address)).status).toBe(404);
    await page.context().close();
  });

  it('asks before it deletes, and before typed text is left behind', LONG, async () => {
    const { page } = await openAsStaff('/staff/vehicles/vehicle-02');
    await page.getByLabel('Make').fill('Unsaved');
    await page.getByRole('main').getByRole('link', { name: 'Vehicles' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Make').inputValue()).toBe('Unsaved');
    await page.getByRole('button', { name: 'Delete vehicle' }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(site.server.stock.vehicles).toHaveLength(30);
    await page.getByRole('button', { name: 'Delete vehicle' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('2021 Example Model 02 was deleted').waitFor();
    await page.getByText('29 vehicles').waitFor();
    await page.context().close();
  });

  it('says so for a vehicle that is not there', LONG, async () => {
    const { page } = await openAsStaff('/staff/vehicles/none');
    await page.getByRole('heading', { name: 'This vehicle is not here' }).waitFor();
    await page.context().close();
  });
});

describe('every staff page', () => {
  it(
    'breaks no accessibility rule in light and dark, and fits into 360 pixels',
    { timeout: 120_000 },
    async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const options = { colorScheme, viewport: { width: 360, height: 740 } };
        const { page, problems } = await site.open('/staff', options);
        const check = async (name: string) => {
          expect(await accessibilityProblems(page), name).toEqual([]);
          for (const dir of ['rtl', 'ltr']) {
            const overflow = await page.evaluate((value) => {
              document.documentElement.dir = value;
              return document.documentElement.scrollWidth - document.documentElement.clientWidth;
            }, dir);
            expect(overflow, name).toBeLessThanOrEqual(0);
          }
        };
        await check('log-in');
        await logIn(page);
        await page.getByText('30 vehicles').waitFor();
        await check('list');
        for (const path of [
          '/staff?q=zzz',
          '/staff/vehicles/new',
          '/staff/vehicles/vehicle-02',
          '/staff/vehicles/none',
        ]) {
          await page.goto(site.server.url + path);
          await page.locator('.empty, .editor').waitFor();
          await check(path);
        }
        expect(problems).toEqual([]);
        await page.context().close();
      }
    },
  );

  it('travels in at most 30 KB', async () => {
    const module = await readFile(join(SITE_ASSETS, 'staff.js'));
    expect(brotliCompressSync(module).length).toBeLessThanOrEqual(30 * 1024);
  });
});
