import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startFixture, type FixtureServer } from './test-fixture.ts';

let server: FixtureServer;
beforeAll(async () => {
  const assetsDir = mkdtempSync(join(tmpdir(), 'forecourt-assets-'));
  writeFileSync(join(assetsDir, 'site.css'), 'body{}');
  writeFileSync(join(assetsDir, 'notes.txt'), 'private');
  server = await startFixture({ assetsDir });
});
afterAll(() => server.close());

it('lets browsers keep a file for good under the address that pages link', async () => {
  const page = await (await fetch(server.url)).text();
  const href = /href="(\/assets\/site\.css\?v=[0-9a-f]{16})"/.exec(page)![1]!;
  const response = await fetch(server.url + href);
  expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(await response.text()).toBe('body{}');
});

it('answers 304 to a browser that has the file', async () => {
  const first = await fetch(`${server.url}/assets/site.css`);
  expect(first.headers.get('cache-control')).toBe('no-cache');
  const second = await fetch(`${server.url}/assets/site.css`, {
    headers: { 'if-none-match': first.headers.get('etag')! },
  });
  expect(second.status).toBe(304);
});

it('serves no other file and nothing outside the folder', async () => {
  for (const path of ['/assets/notes.txt', '/assets/none.css', '/assets/..%2f..%2fetc%2fpasswd']) {
    expect((await fetch(server.url + path)).status).toBe(404);
  }
});
