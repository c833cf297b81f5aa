import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, userIdOf } from '../../test/accounts.ts';
import { type TestServer } from '../../test/server.ts';
import { accessibilityProblems } from '../test-page.ts';
import { openStaffPages, type StaffPages } from '../test-staff-pages.ts';

const LONG = { timeout: 120_000 };

let pages: StaffPages;
let server: TestServer;
beforeAll(async () => {
  pages = await openStaffPages();
  server = pages.server;
});
afterAll(() => pages.close());

describe('the audit log', () => {
  it('tells in sentences who did what, of one kind and of one person', LONG, async () => {
    const owner = await server.dealership('watched');
    const manager = await server.dealership('watched', 'MANAGER');
    await server.app.db.prisma.user.update({
      where: { email: manager.email },
      data: { name: 'Mo' },
    });
    await account(owner.staff, 'changeRole', {
      userId: await userIdOf(server, manager.email),
      role: 'PHOTOGRAPHER',
    });
    await account(owner.staff, 'inviteMember', { email: 'next@watched.example', role: 'VIEWER' });
    const { page, problems } = await pages.openAs(owner, '/staff');
    await page.getByRole('link', { name: 'Audit log' }).click();
    const entries = page.getByRole('main').getByRole('listitem');
    await entries.first().getByText('watched logged in').waitFor();
    const told = async () =>
      (await entries.allTextContents()).map((text) =>
        text
          .replace(/^\s*[\d:]+ [AP]M\s*/u, '')
          .replace(/(?<= from )[\d.:/]+$/m, 'here')
          .replace(/\s+/g, ' ')
          .trim(),
      );
    expect(await told()).toEqual([
      'watched logged in from here',
      'watched invited next@watched.example as viewer',
      'watched changed the role of Mo from manager to photographer',
      'watched logged in from here',
      'watched logged in from here',
    ]);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel('What').selectOption('People and roles');
    await expect.poll(() => entries.count()).toBe(2);
    await page.getByLabel('Who').selectOption('Mo');
    await page.getByText('Nothing of this kind').waitFor();
    await page.getByLabel('What').selectOption('Everything');
    await expect.poll(() => entries.count()).toBe(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('comes in pages of 50, and the focus goes on with it', LONG, async () => {
    const owner = await server.dealership('busy');
    await server.app.db.pool.query(
      `insert into audit_entries (id, dealership_id, actor_kind, actor_name, action, subject_kind, subject_id, details)
       select gen_random_uuid(), $1, 'USER', 'Entry', 'LOGGED_OUT', 'USER', gen_random_uuid(), '{}' from generate_series(1, 60)`,
      [owner.uuid],
    );
    const { page } = await pages.openAs(owner, '/staff/audit-log');
    const entries = page.getByRole('main').getByRole('listitem');
    await expect.poll(() => entries.count()).toBe(50);
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => entries.count()).toBe(62);
    expect(await entries.nth(50).evaluate((item) => item === document.activeElement)).toBe(true);
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    await page.context().close();
  });
});
