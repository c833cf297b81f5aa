import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../../test/browser.ts';
import { startServer, type TestServer } from '../../test/server.ts';

let server: TestServer;
let foreign: Server;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'off' } });
  foreign = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html');
    res.end('<!doctype html><title>A foreign page</title>');
  }).listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser.close();
  foreign.close();
  await server.stop();
});

const TYPES = [
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
  'application/graphql',
  'application/json',
];
let signUps = 0;

/** What changes something for whoever sends it. */
function signUp(): string {
  signUps += 1;
  return `mutation { signUp(input: { email: "cross-site-${signUps}@dealership.example", password: "four random tractor words", name: "A", dealershipName: "Cross site ${signUps}" }) { session { expiresAt } userErrors { code } } }`;
}

const dealerships = () => server.app.db.prisma.dealership.count();

it('is changed by what is sent in the right way', async () => {
  const before = await dealerships();
  await server.visitor.expect(signUp());
  expect(await dealerships()).toBe(before + 1);
});

it.each(TYPES.flatMap((type) => ['GET', 'POST'].map((method) => [method, type] as const)))(
  'is not changed by a %s of a foreign page as %s',
  async (method, type) => {
    const before = await dealerships();
    const query = signUp();
    await page.evaluate(
      async ([endpoint, method, type, query]) => {
        const json = JSON.stringify({ query });
        const inAddress = `${endpoint}?query=${encodeURIComponent(query)}`;
        const fetches: [string, RequestInit][] = (['no-cors', 'cors'] as const).flatMap((mode) => {
          const init = { method, mode, credentials: 'include' as const };
          const headers = { 'content-type': type };
          if (method === 'GET')
            return [[inAddress, { ...init, headers }]] as [string, RequestInit][];
          return [json, query, `query=${encodeURIComponent(query)}`].map(
            (body): [string, RequestInit] => [endpoint, { ...init, headers, body }],
          );
        });
        for (const [url, init] of fetches) await fetch(url, init).catch(() => undefined);

        const frame = document.createElement('iframe');
        frame.name = 'answer';
        document.body.append(frame);
        const form = document.createElement('form');
        Object.assign(form, { method, action: endpoint, enctype: type, target: 'answer' });
        const field = document.createElement('input');
        // As text/plain this is JSON, but for what stands before and after it.
        Object.assign(field, { name: 'query', value: query });
        form.append(field);
        document.body.append(form);
        const loaded = new Promise((resolve) => {
          frame.addEventListener('load', resolve, { once: true });
        });
        form.submit();
        await loaded;
        frame.remove();
        form.remove();
      },
      [`${server.url}/graphql`, method, type, query] as const,
    );
    expect(await dealerships()).toBe(before);
  },
);
