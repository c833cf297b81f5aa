import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../../test/element-browser.ts';
import { seed } from '../../../test/element-site.ts';

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 3));
afterEach(() => element.reset());

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Enlarged photo' });

async function openZoom(attributes = '', root?: string): Promise<Page> {
  const page = await element.open(attributes, { root });
  await page.locator('[part~=zoom-button]').focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog[open] img').waitFor();
  return page;
}

/** How much larger than fitting the photo is drawn. */
const scale = (page: Page): Promise<number> =>
  page.locator('dialog img').evaluate((image) => {
    const { width } = image.getBoundingClientRect();
    return Math.round((width / (image as HTMLElement).offsetWidth) * 100) / 100;
  });

describe('large view', () => {
  it('opens on the photo that is shown, closes with Escape, and gives the focus back', async () => {
    const page = await openZoom('start-index="1"');
    expect(await dialog(page).getByRole('img').getAttribute('alt')).toBe('Aurelia Vireo, view 2');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
    expect(await page.locator('[part~=zoom-button]').evaluate((it) => it.matches(':focus'))).toBe(
      true,
    );
  });

  it('moves by keys, and the slideshow is where it ended', async () => {
    const page = await openZoom();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await dialog(page).getByText('3 of 3').waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Escape');
    const index = () =>
      page
        .locator('vehicle-media')
        .evaluate((it: HTMLElementTagNameMap['vehicle-media']) => it.currentIndex);
    await expect.poll(index).toBe(1);
  });

  it('moves the other way on a right-to-left page', async () => {
    const page = await openZoom('', 'lang="en" dir="rtl"');
    await page.keyboard.press('ArrowLeft');
    await dialog(page).getByText('2 of 3').waitFor();
  });

  it('magnifies by button, key, wheel and double tap, and pans by arrows', async () => {
    const page = await openZoom();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    expect(await scale(page)).toBe(1.5);
    await page.keyboard.press('+');
    expect(await scale(page)).toBe(2.25);
    const left = () => page.locator('dialog img').evaluate((it) => it.getBoundingClientRect().left);
    const before = await left();
    await page.keyboard.press('ArrowRight');
    expect(await left()).toBe(before - 80);
    await page.keyboard.press('0');
    expect(await scale(page)).toBe(1);
    await page.mouse.move(450, 400);
    await page.mouse.wheel(0, -300);
    await expect.poll(() => scale(page)).toBeGreaterThan(1);
    await page.keyboard.press('0');
    await page.mouse.dblclick(450, 400);
    await expect.poll(() => scale(page)).toBe(2.5);
  });

  it('closes when its last photo is taken away', async () => {
    const page = await openZoom();
    await page.evaluate(() => {
      Object.assign(globalThis, {
        live: new Promise<void>((resolve) => {
          const element = document.querySelector('vehicle-media')!;
          if (element.live) resolve();
          addEventListener('vm-connection-change', ({ state }) => state === 'live' && resolve());
        }),
      });
    });
    await page.evaluate('live.then(() => {})');
    const [first, ...others] = element.site.stub.order;
    element.site.stub.remove(first!);
    await dialog(page).getByText('1 of 2').waitFor();
    for (const id of others) element.site.stub.remove(id);
    await expect.poll(() => page.locator('dialog[open]').count(), { timeout: 60_000 }).toBe(0);
    await page.getByText('Photos are on their way').waitFor();
  });

  it('is not offered with no-zoom', async () => {
    const page = await element.open('no-zoom');
    await page.locator('.slide[data-decoded]').first().waitFor();
    expect(await page.locator('[part~=zoom-button]').count()).toBe(0);
    await page.mouse.click(450, 300);
    expect(await page.locator('dialog').count()).toBe(0);
  });
});
