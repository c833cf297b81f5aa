import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { renditions } from '../../test/element-site.ts';
import { hostileTexts } from '../../test/hostile-texts.ts';

const strictPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self' ws:; require-trusted-types-for 'script'; trusted-types lit-html";

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
afterEach(() => element.reset());

/** One photo and one clip for each text, which every field of them and of their vehicle says. */
function seedHostile(): void {
  const { stub } = element.site;
  const all = hostileTexts.join(' ');
  stub.title = all;
  stub.facts = {
    ...stub.facts,
    vin: all,
    stockNumber: all,
    make: all,
    model: all,
    trim: all,
    bodyStyle: all,
    condition: all as 'USED',
    exteriorColor: all,
    interiorColor: all,
    price: { amount: all, currency: all },
    dealership: { name: all },
  };
  for (const [index, text] of hostileTexts.entries()) {
    const said = { alt: text, caption: text, groupKey: text, placeholder: text };
    const errors = [{ code: text, message: text, retryable: true }];
    const original = { fileName: text };
    const real = renditions(`p${index}`);
    const hostile = real.map((rendition) => ({ ...rendition, url: text }));
    const clip = {
      kind: 'VIDEO' as const,
      durationMs: 1_000,
      sources: [{ url: text, contentType: text, codecs: text }],
    };
    for (const fields of [
      { renditions: real },
      { renditions: hostile },
      { ...clip, renditions: hostile },
    ]) {
      stub.media.push(stub.newMedia({ ...said, errors, original, ...fields }));
    }
  }
}

/** Shows everything that there is to be seen. */
async function goThrough(page: Page, parts: string): Promise<void> {
  const shown = page.locator(parts);
  await expect.poll(() => shown.count()).toBeGreaterThanOrEqual(hostileTexts.length);
  for (const part of await shown.all()) await part.scrollIntoViewIfNeeded();
  await page.waitForLoadState('networkidle');
}

const ran = (page: Page): Promise<unknown> => page.evaluate('globalThis.hostileTextRan');

const modes = [
  ['view', '', '.slide'],
  ['manage', 'mode="manage" token="token"', '[part~=card]'],
] as const;

describe('a vehicle-media whose data tries to run as a script', () => {
  it('is told texts that do run where they are taken for markup', async () => {
    const page = await element.openBody('<p></p>', { until: null });
    await page.locator('p').evaluate((it, texts) => {
      it.innerHTML = texts.join('');
    }, hostileTexts);
    await expect.poll(() => ran(page)).toBe(1);
  });

  it.each(modes)('runs none of it on a page without a policy (%s)', async (_, mode, parts) => {
    seedHostile();
    const page = await element.open(mode, { until: null });
    await goThrough(page, parts);
    expect(await ran(page)).toBeUndefined();
    const links = await page
      .locator('vehicle-media a')
      .evaluateAll((all) => all.map((it) => (it as HTMLAnchorElement).protocol));
    expect(links.filter((protocol) => !/^(https?|blob):$/.test(protocol))).toEqual([]);
  });

  it.each(modes)('violates no strict policy with Trusted Types (%s)', async (_, mode, parts) => {
    seedHostile();
    const violations: string[] = [];
    const page = await element.open(mode, {
      headers: { 'content-security-policy': strictPolicy },
      until: null,
    });
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) violations.push(message.text());
    });
    await goThrough(page, parts);
    expect(violations).toEqual([]);
    expect(await ran(page)).toBeUndefined();
  });
});
