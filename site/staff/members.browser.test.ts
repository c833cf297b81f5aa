import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, codeOf, mailTo, roleOf } from '../../test/accounts.ts';
import { PUBLIC_DEALERSHIP, type TestDealership, type TestServer } from '../../test/server.ts';
import { accessibilityProblems } from '../test-page.ts';
import { openStaffPages, tokenOf, type StaffPages } from '../test-staff-pages.ts';

const LONG = { timeout: 120_000 };
const PASSWORD = 'four random tractor words';

let pages: StaffPages;
let server: TestServer;
let south: TestDealership;
beforeAll(async () => {
  pages = await openStaffPages();
  server = pages.server;
  south = await server.dealership('south');
});
afterAll(() => pages.close());

describe('members', () => {
  it('invites somebody, who joins with a new account', LONG, async () => {
    const { page, problems } = await pages.openAs(south, '/staff/members');
    await page.getByLabel('E-mail').fill(south.email);
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByText('This person works here').waitFor();
    await page.getByLabel('E-mail').fill('mira@south.example');
    await page.getByLabel('Role', { exact: true }).selectOption('Manager');
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByRole('heading', { name: 'mira@south.example' }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);

    const guest = await pages.openMail('mira@south.example');
    await guest.page.getByRole('heading', { level: 1, name: 'Join a dealership' }).waitFor();
    const { token } = await mailTo(server, 'mira@south.example');
    expect(guest.page.url()).toBe(`${server.url}/staff/accept-invitation`);
    expect(
      await guest.page.evaluate(() =>
        JSON.stringify([history.state, localStorage, sessionStorage]),
      ),
    ).not.toContain(token);
    await guest.page.getByLabel('Your name').fill('Mira');
    await guest.page.getByLabel('Choose a password').fill('12345678');
    await guest.page.getByRole('button', { name: 'Join' }).click();
    await expect
      .poll(() => guest.page.getByLabel('Choose a password').getAttribute('aria-invalid'))
      .toBe('true');
    expect(await accessibilityProblems(guest.page)).toEqual([]);
    await guest.page.getByLabel('Choose a password').fill(PASSWORD);
    await guest.page.getByRole('button', { name: 'Join' }).click();
    await guest.page.getByRole('link', { name: 'Mira Dealership south' }).waitFor();
    expect(await roleOf(server.url, await tokenOf(guest.page))).toBe('MANAGER');
    expect([...problems, ...guest.problems]).toEqual([]);

    await guest.page.getByRole('link', { name: 'Members' }).click();
    await guest.page.getByRole('heading', { level: 3, name: 'Mira You' }).waitFor();
    expect(await guest.page.getByLabel(/^Role of/).count(), 'of an owner').toBe(0);
    expect(await guest.page.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
    expect(
      await guest.page.getByLabel('Role', { exact: true }).locator('option').allTextContents(),
    ).toHaveLength(3);
    await guest.page.context().close();
    await page.context().close();
  });

  it('asks whoever has an account for its password alone', LONG, async () => {
    await account(south.staff, 'inviteMember', { email: 'wanda@west.example', role: 'VIEWER' });
    await account(server.visitor, 'signUp', {
      email: 'wanda@west.example',
      password: PASSWORD,
      name: 'Wanda West',
      dealershipName: 'West Motors',
    });
    const { page } = await pages.openMail('wanda@west.example');
    await page.getByLabel('Your name').fill('Somebody');
    await page.getByLabel('Choose a password').fill('not the one I have');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByLabel('Password of your account').waitFor();
    await page.getByText('You have an account with this address').waitFor();
    expect(await page.getByLabel('Your name').count()).toBe(0);
    await page.getByLabel('Password of your account').fill(PASSWORD);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('link', { name: 'Wanda West Dealership south' }).waitFor();
    await page.getByRole('link', { name: 'Wanda West Dealership south' }).click();
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Go there' }).click();
    await page.getByRole('link', { name: 'Wanda West West Motors' }).waitFor();
    await page.context().close();
  });

  it('gives another role, takes invitations back and removes people', LONG, async () => {
    const north = await server.dealership('east');
    await account(north.staff, 'inviteMember', { email: 'ben@east.example', role: 'VIEWER' });
    const { token } = await mailTo(server, 'ben@east.example');
    const { session } = await account(server.visitor, 'acceptInvitation', {
      token,
      name: 'Ben',
      password: PASSWORD,
    });
    const ben = session?.token ?? '';
    await account(north.staff, 'inviteMember', { email: 'gone@east.example', role: 'VIEWER' });
    const { page } = await pages.openAs(north, '/staff/members');
    await page.getByLabel('Role of Ben').selectOption('Photographer');
    expect(await roleOf(server.url, ben)).toBe('VIEWER');
    await page.getByRole('button', { name: 'Save the role of Ben' }).click();
    await page.getByText('Ben is photographer now.').waitFor();
    expect(await roleOf(server.url, ben)).toBe('PHOTOGRAPHER');

    await page
      .getByRole('button', { name: 'Take back the invitation of gone@east.example' })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('heading', { name: 'Invited' }).waitFor({ state: 'detached' });
    const guest = await mailTo(server, 'gone@east.example');
    const late = { token: guest.token, name: 'Late', password: PASSWORD };
    expect(await codeOf(server.visitor, 'acceptInvitation', late)).toBe('NOT_FOUND');

    const remove = page.getByRole('button', { name: 'Remove Ben' });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await roleOf(server.url, ben)).toBe('PHOTOGRAPHER');
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await remove.waitFor({ state: 'detached' });
    expect(await roleOf(server.url, ben)).toBe('UNAUTHENTICATED');
    await page.context().close();
  });

  it('are not shown to whoever may not manage them', LONG, async () => {
    const viewer = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
    const { page } = await pages.openAs(viewer, '/staff/members');
    await page.getByText('Owners and managers see who works here').waitFor();
    for (const name of ['Members', 'Keys', 'Audit log']) {
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(0);
    }
    await page.context().close();
  });
});
