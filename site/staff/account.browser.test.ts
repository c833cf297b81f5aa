import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, roleOf, userIdOf } from '../../test/accounts.ts';
import { startServer, type TestDealership, type TestServer } from '../../test/server.ts';
import { accessibilityProblems } from '../test-page.ts';
import { logIn, openStaffPages, tokenOf, type StaffPages } from '../test-staff-pages.ts';

const LONG = { timeout: 120_000 };
const PASSWORD = 'four random tractor words';

const isFocused = (page: Page, label: string) =>
  page.getByLabel(label).evaluate((field) => field === document.activeElement);

let pages: StaffPages;
let server: TestServer;
let south: TestDealership;
beforeAll(async () => {
  pages = await openStaffPages();
  server = pages.server;
  south = await server.dealership('south');
});
afterAll(() => pages.close());

describe('sign-up', () => {
  it('makes a dealership and lets its owner in, with mistakes at their fields', LONG, async () => {
    const { page, problems } = await pages.open('/staff');
    await page.getByRole('link', { name: 'Sign up your dealership' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign up' }).waitFor();
    await page.getByLabel('Name of the dealership').fill('West Motors');
    await page.getByLabel('Your name').fill('Wanda West');
    await page.getByLabel('E-mail').fill(south.email);
    await page.getByLabel('Password').fill('password1');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect.poll(() => page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    expect(await isFocused(page, 'Password')).toBe(true);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect.poll(() => page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
    expect(await isFocused(page, 'E-mail')).toBe(true);
    await page.getByLabel('E-mail').fill('wanda@west.example');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('link', { name: 'Wanda West West Motors' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/staff');
    expect(await roleOf(server.url, await tokenOf(page))).toBe('OWNER');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('says so where it is closed', LONG, async () => {
    const closed = await startServer({ env: { SIGN_UP: 'closed' } });
    const { page } = await pages.open(`${closed.url}/staff`);
    await page.getByRole('link', { name: 'Forgot your password?' }).waitFor();
    expect(await page.getByRole('link', { name: 'Sign up' }).count()).toBe(0);
    await page.goto(`${closed.url}/staff/sign-up`);
    await page.getByText('cannot sign up on this server').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();
    await closed.stop();
  });
});

describe('a forgotten password', () => {
  it('is replaced with the link of a mail, which ends every session', LONG, async () => {
    const { email, token } = await server.dealership('forgetful');
    const { page, problems } = await pages.open('/staff');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('a mail with a link is on its way').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.context().close();

    const mailed = await pages.openMail(email);
    expect(mailed.page.url()).toBe(`${server.url}/staff/reset-password`);
    await mailed.page.getByLabel('New password').fill('password1');
    await mailed.page.getByRole('button', { name: 'Set the password' }).click();
    await expect
      .poll(() => mailed.page.getByLabel('New password').getAttribute('aria-invalid'))
      .toBe('true');
    await mailed.page.getByLabel('New password').fill(PASSWORD);
    await mailed.page.getByRole('button', { name: 'Set the password' }).click();
    await mailed.page.getByText('Your new password is set').waitFor();
    expect(await accessibilityProblems(mailed.page)).toEqual([]);
    expect(await roleOf(server.url, token)).toBe('UNAUTHENTICATED');
    await mailed.page.getByRole('link', { name: 'Log in with it' }).click();
    await logIn(mailed.page, { email, password: PASSWORD });
    expect([...problems, ...mailed.problems]).toEqual([]);
    await mailed.page.context().close();

    const again = await pages.openMail(email);
    await again.page.getByLabel('New password').fill(PASSWORD);
    await again.page.getByRole('button', { name: 'Set the password' }).click();
    await again.page.getByRole('alert').getByText('link').waitFor();
    await again.page.reload();
    await again.page.getByText('Open the link in the mail once more').waitFor();
    await again.page.context().close();
  });

  it('cannot be replaced where the server sends no mail', LONG, async () => {
    const silent = await startServer({ change: (config) => ({ ...config, mail: null }) });
    const { page } = await pages.open(`${silent.url}/staff/forgot-password`);
    await page.getByLabel('E-mail').fill('somebody@south.example');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('alert').getByText('This server sends no mail').waitFor();
    await page.context().close();
    await silent.stop();
  });
});

describe('the account page', () => {
  it('changes the password and ends the sessions elsewhere', LONG, async () => {
    const owner = await server.dealership('careful');
    const { page, problems } = await pages.openAs(owner, '/staff/account');
    await page.getByRole('definition').getByText(owner.email).waitFor();
    await page.getByLabel('Present password').fill('wrong');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect
      .poll(() => page.getByLabel('Present password').getAttribute('aria-invalid'))
      .toBe('true');
    await page.getByLabel('Present password').fill(owner.password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Everywhere else you are logged out.').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.getByLabel('New password').inputValue()).toBe('');
    expect(await roleOf(server.url, owner.token)).toBe('UNAUTHENTICATED');
    const token = await tokenOf(page);
    expect(await roleOf(server.url, token)).toBe('OWNER');
    await page.getByRole('button', { name: 'Log out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Log out everywhere' }).click();
    await page.getByRole('heading', { name: 'Staff log-in' }).waitFor();
    expect(await roleOf(server.url, token)).toBe('UNAUTHENTICATED');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('lets people leave, but not the last owner', LONG, async () => {
    const owner = await server.dealership('alone');
    const { page } = await pages.openAs(owner, '/staff/account');
    const leave = async (name: string) => {
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click();
    };
    await leave('Leave Dealership alone');
    await page.getByText('A dealership needs an owner').waitFor();
    const second = await server.dealership('alone', 'MANAGER');
    await account(owner.staff, 'changeRole', {
      userId: await userIdOf(server, second.email),
      role: 'OWNER',
    });
    await leave('Leave Dealership alone');
    await page.getByRole('heading', { name: 'Staff log-in' }).waitFor();
    expect(await roleOf(server.url, owner.token)).toBe('UNAUTHENTICATED');
    await page.context().close();
  });
});

it('ends the session on the server when one logs out', LONG, async () => {
  const { page } = await pages.openAs(south, '/staff');
  const token = await tokenOf(page);
  expect(await roleOf(server.url, token)).toBe('OWNER');
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Staff log-in' }).waitFor();
  await expect.poll(() => roleOf(server.url, token)).toBe('UNAUTHENTICATED');
  await page.context().close();
});

describe('every page about accounts', () => {
  it('fits into 360 pixels, either way, and breaks no rule in the dark', LONG, async () => {
    const { page } = await pages.open('/staff/sign-up', {
      colorScheme: 'dark',
      viewport: { width: 360, height: 740 },
    });
    const check = async (path: string) => {
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status').getByText('Loading').waitFor({ state: 'detached' });
      expect(await accessibilityProblems(page), path).toEqual([]);
      for (const dir of ['rtl', 'ltr']) {
        const overflow = await page.evaluate((value) => {
          document.documentElement.dir = value;
          return document.documentElement.scrollWidth - document.documentElement.clientWidth;
        }, dir);
        expect(overflow, `${path} ${dir}`).toBeLessThanOrEqual(0);
      }
    };
    for (const path of [
      '/staff/sign-up',
      '/staff/forgot-password',
      '/staff/reset-password',
      '/staff/reset-password#token=a',
      '/staff/accept-invitation',
      '/staff/accept-invitation#token=a',
    ]) {
      // Another fragment alone would not load the page anew.
      await page.goto('about:blank');
      await page.goto(server.url + path);
      await check(path);
    }
    await page.goto(`${server.url}/staff`);
    await logIn(page, south);
    for (const path of ['/staff/members', '/staff/audit-log', '/staff/account', '/staff/keys']) {
      await page.goto(server.url + path);
      await page.getByRole('link', { name: /Dealership south/ }).waitFor();
      await check(path);
    }
    await page.context().close();
  });
});
