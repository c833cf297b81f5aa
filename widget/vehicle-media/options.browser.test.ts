import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { seed } from '../../test/element-site.ts';

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 3));
afterEach(() => element.reset());

type Element = HTMLElementTagNameMap['vehicle-media'];

const media = (page: Page) => page.locator('vehicle-media');

describe('the options of a vehicle-media', () => {
  it('begin and end live changes, and choose the colours, whenever they change', async () => {
    const page = await element.open('no-live');
    await page.evaluate(() => {
      const told: unknown[] = [];
      addEventListener('vm-connection-change', ({ state }) => told.push(state));
      Object.assign(globalThis, { told });
    });
    await media(page).evaluate((it: Element) => {
      it.noLive = false;
      it.colorScheme = 'dark';
    });
    await page.locator('vehicle-media:state(live)').waitFor();
    expect(await media(page).evaluate((it) => getComputedStyle(it).colorScheme)).toBe('dark');
    await media(page).evaluate((it: Element) => {
      it.noLive = true;
    });
    await expect.poll(() => page.evaluate('told')).toEqual(['connecting', 'live', 'off']);
    expect(await page.locator('vehicle-media:state(live)').count()).toBe(0);
  });

  it('are as if they had never been set once their attribute is gone, or makes no sense', async () => {
    const page = await element.open(
      'no-live layout="gallery" mode="view" start-index="two" interval="fast" endpoint="/graphql"',
    );
    expect(
      await media(page).evaluate((it: Element) => {
        for (const name of ['layout', 'mode', 'endpoint']) it.removeAttribute(name);
        it.setAttribute('aspect-ratio', '');
        return [it.layout, it.mode, it.endpoint, it.startIndex, it.interval];
      }),
    ).toEqual(['slideshow', 'view', '/graphql', 0, 5000]);
    await page.locator('.slide[data-decoded]').first().waitFor();
    await media(page).evaluate((it) => it.setAttribute('mode', 'View'));
    await page.locator('.slide').first().waitFor();
    expect(element.site.asked.filter((path) => path.includes('uploader'))).toEqual([]);
  });

  it('begin and end rotation, and go to no photo that is not there', async () => {
    const page = await element.open('no-live loop', { reducedMotion: 'no-preference' });
    const state = () => media(page).evaluate((it: Element) => it.playing);
    await media(page).evaluate((it) => it.setAttribute('autoplay', ''));
    await expect.poll(state).toBe(true);
    await media(page).evaluate((it) => it.removeAttribute('autoplay'));
    await expect.poll(state).toBe(false);
    expect(
      await media(page).evaluate((it: Element) =>
        [1, Number.NaN, 0.5, -4, 7].map((index) => {
          it.goTo(index);
          return it.currentIndex;
        }),
      ),
    ).toEqual([1, 1, 1, 2, 1]);
  });
});
