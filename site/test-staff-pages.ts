import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { mailTo } from '../test/accounts.ts';
import { launchBrowser } from '../test/browser.ts';
import { startServer, type TestServer } from '../test/server.ts';

/** The staff pages of a real server, in a real browser. */
export interface StaffPages {
  server: TestServer;
  /** A page in a tab of its own, and what goes wrong in it. */
  open(path: string, options?: BrowserContextOptions): Promise<StaffPage>;
  /** The same, logged in. */
  openAs(person: Credentials, path: string): Promise<StaffPage>;
  /** Where the link in the last mail to an address leads, in the tab of whoever got it. */
  openMail(address: string): Promise<StaffPage>;
  close(): Promise<void>;
}

interface StaffPage {
  page: Page;
  /** Page errors, and console errors with policy violations among them. */
  problems: string[];
}

interface Credentials {
  email: string;
  password: string;
}

export async function openStaffPages(): Promise<StaffPages> {
  const [browser, server]: [Browser, TestServer] = await Promise.all([
    launchBrowser(),
    startServer(),
  ]);

  async function open(path: string, options?: BrowserContextOptions): Promise<StaffPage> {
    const page = await (await browser.newContext(options)).newPage();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(new URL(path, server.url).href);
    return { page, problems };
  }

  return {
    server,
    open,
    async openAs(person, path) {
      const opened = await open(path);
      await logIn(opened.page, person);
      return opened;
    },
    async openMail(address) {
      const { text } = await mailTo(server, address);
      const link = new URL(/http\S+/.exec(text)?.[0] ?? '');
      return open(link.pathname + link.hash);
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

export async function logIn(page: Page, { email, password }: Credentials): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out', exact: true }).waitFor();
}

/** Of the session in the tab. */
export function tokenOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { token = '' } = JSON.parse(sessionStorage.getItem('forecourt-session') ?? '{}') as {
      token?: string;
    };
    return token;
  });
}
