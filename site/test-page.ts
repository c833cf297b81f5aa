import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../test/browser.ts';
import { startFixture, type FixtureServer } from './test-fixture.ts';

/** Where the build leaves the browser modules; tests start once it is done. */
export const SITE_ASSETS = fileURLToPath(new URL('../dist/site', import.meta.url));

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The built site over the fixture, and a browser to look at it. */
export interface TestSite {
  server: FixtureServer;
  /** A page in a context of its own, that fails the test on errors and policy violations. */
  open(path: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  close(): Promise<void>;
}

export interface WatchedPage {
  page: Page;
  /** What went wrong so far: page errors, and console errors with policy violations among them. */
  problems: string[];
}

export async function startTestSite(): Promise<TestSite> {
  const [server, browser]: [FixtureServer, Browser] = await Promise.all([
    startFixture({ assetsDir: SITE_ASSETS }),
    launchBrowser(),
  ]);
  return {
    server,
    async open(path, options) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(server.url + path);
      return { page, problems };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The rules that a page breaks, with the elements that break them; empty when there are none. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which no content security policy keeps out.
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  });
}
