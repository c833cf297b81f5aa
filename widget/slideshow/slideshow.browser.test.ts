import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { renditions, seed } from '../../test/element-site.ts';

const patience = { timeout: 60_000 };

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 5));
afterEach(() => element.reset());

const index = (page: Page): Promise<number> =>
  page
    .locator('vehicle-media')
    .evaluate((it: HTMLElementTagNameMap['vehicle-media']) => it.currentIndex);

/** What was told of since the page began, as trigger and index. */
async function recordSlides(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const told: string[] = [];
    addEventListener('vm-slide-change', (event) => told.push(`${event.trigger} ${event.index}`));
    Object.assign(globalThis, { told });
  });
  return () => page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
}

/** Where the current slide is drawn, from the edge of the stage, in pixels. */
const offset = (page: Page): Promise<number> =>
  page.locator('vehicle-media').evaluate((host) => {
    const root = host.shadowRoot!;
    const slide = root.querySelector('.slide:not([inert])')!.getBoundingClientRect();
    return Math.round(slide.left - root.querySelector('.track')!.getBoundingClientRect().left);
  });

describe('slideshow', () => {
  it('is a carousel that names the vehicle, with one slide open at a time', async () => {
    const page = await element.open();
    const region = page.getByRole('region', { name: 'Photos of 2023 Aurelia Vireo' });
    expect(await region.getAttribute('aria-roledescription')).toBe('carousel');
    expect(await page.locator('.slide:not([inert])').count()).toBe(1);
    const slide = page.getByRole('group', { name: '1 of 5' });
    expect(await slide.getAttribute('aria-roledescription')).toBe('slide');
    expect(await slide.getByRole('img').getAttribute('alt')).toBe('Aurelia Vireo, view 1');
  });

  it('moves by its buttons and says which photo is shown', async () => {
    const page = await element.open();
    const told = await recordSlides(page);
    await page.getByRole('button', { name: 'Next photo' }).click();
    await page.getByRole('button', { name: 'Next photo' }).click();
    await page.getByRole('button', { name: 'Previous photo' }).click();
    expect(await told()).toEqual(['button 1', 'button 2', 'button 1']);
    expect(await offset(page)).toBe(0);
    expect(await page.locator('[aria-live]').textContent()).toBe('2 of 5: Aurelia Vireo, view 2');
  });

  it('stops at the ends, and goes round with loop', async () => {
    const page = await element.open();
    const previous = page.getByRole('button', { name: 'Previous photo' });
    expect(await previous.getAttribute('aria-disabled')).toBe('true');
    await previous.click({ force: true });
    expect(await index(page)).toBe(0);
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('loop', ''));
    await previous.click();
    expect(await index(page)).toBe(4);
    expect(await offset(page)).toBe(0);
  });

  it('is worked by arrows, Home and End', async () => {
    const page = await element.open();
    await page.locator('.track').focus();
    for (const [key, expected] of [
      ['ArrowRight', 1],
      ['ArrowRight', 2],
      ['ArrowLeft', 1],
      ['End', 4],
      ['Home', 0],
    ] as const) {
      await page.keyboard.press(key);
      expect(await index(page)).toBe(expected);
    }
  });

  it('turns arrows, order and buttons round on a right-to-left page', async () => {
    const page = await element.open('', { root: 'lang="ar" dir="rtl"' });
    const next = (await page.getByRole('button', { name: 'الصورة التالية' }).boundingBox())!;
    const previous = (await page.getByRole('button', { name: 'الصورة السابقة' }).boundingBox())!;
    expect(next.x).toBeLessThan(previous.x);
    await page.locator('.track').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await index(page)).toBe(2);
    expect(await offset(page)).toBe(0);
    await page.keyboard.press('ArrowRight');
    expect(await index(page)).toBe(1);
  });

  it('has one tab stop for the thumbnails, and arrows that move through them', async () => {
    const page = await element.open();
    const thumbnails = page.getByRole('group', { name: 'Choose a photo' }).getByRole('button');
    await thumbnails.nth(2).click();
    expect(await index(page)).toBe(2);
    expect(await thumbnails.nth(2).getAttribute('aria-current')).toBe('true');
    await page.keyboard.press('ArrowRight');
    expect(await thumbnails.nth(3).evaluate((it) => it.matches(':focus'))).toBe(true);
    expect(await page.locator('.thumbnail[tabindex="0"]').count()).toBe(1);
  });

  it('offers at most seven dots, each as large as a fingertip', async () => {
    seed(element.site.stub, 15);
    const page = await element.open('thumbnails="dots" start-index="10"');
    const dots = page.locator('.dot');
    await dots.first().waitFor();
    expect(await dots.count()).toBe(7);
    const box = (await dots.first().boundingBox())!;
    expect([box.width, box.height]).toEqual([44, 44]);
  });

  it('follows a finger that scrolls the photos', async () => {
    const page = await element.open();
    const told = await recordSlides(page);
    await page.locator('.track').evaluate((track) => track.scrollBy({ left: track.clientWidth }));
    await expect.poll(told, patience).toEqual(['swipe 1']);
  });

  it('follows a mouse that pulls the photos, without opening the large view', async () => {
    const page = await element.open();
    const told = await recordSlides(page);
    await page.mouse.move(450, 300);
    await expect
      .poll(async () => {
        // Nothing tells from outside when the code for it has arrived.
        await page.mouse.move(600, 300);
        await page.mouse.down();
        await page.mouse.move(500, 300, { steps: 3 });
        await page.mouse.move(380, 300, { steps: 3 });
        await page.mouse.up();
        return (await told()).length;
      }, patience)
      .toBeGreaterThan(0);
    expect((await told())[0]).toBe('swipe 1');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('asks for the photo shown first, and only its neighbours after it', async () => {
    const page = await element.open('start-index="2" thumbnails="none"');
    await page.waitForLoadState('networkidle');
    const photos = element.site.asked.filter((path) => path.startsWith('/pictures/'));
    expect(photos[0]).toContain('/p2/');
    expect(new Set(photos.map((path) => path.split('/')[2]))).toEqual(new Set(['p2', 'p1', 'p3']));
    expect(photos.every((path) => path.endsWith('.webp'))).toBe(true);
  });

  it('asks for no more pixels than it draws', async () => {
    const page = await element.open('thumbnails="none"', { viewport: { width: 320, height: 600 } });
    await page.waitForLoadState('networkidle');
    const photos = element.site.asked.filter((path) => path.startsWith('/pictures/p0'));
    expect(photos).toEqual(['/pictures/p0/320.webp']);
  });

  it('shows an upright photo whole, and fills the stage with others', async () => {
    element.site.stub.media = [];
    seed(element.site.stub, 1, {
      width: 960,
      height: 1280,
      renditions: renditions('tall', 960, 1280),
    });
    seed(element.site.stub, 1);
    const page = await element.open();
    const fit = (slide: number) =>
      page
        .locator('.slide img')
        .nth(slide)
        .evaluate((image) => getComputedStyle(image).objectFit);
    await page.locator('.slide img').nth(1).waitFor({ state: 'attached' });
    expect([await fit(0), await fit(1)]).toEqual(['contain', 'cover']);
  });

  it('says that a photo did not load, and tries again when asked', async () => {
    element.site.brokenPictures = (path) => path.startsWith('/pictures/p0');
    const page = await element.open();
    await page.getByText('This photo did not load.').waitFor();
    element.site.brokenPictures = () => false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.slide[data-decoded] img').first().waitFor();
    expect(await page.getByText('This photo did not load.').count()).toBe(0);
  });
});

describe('rotation', () => {
  /** A page whose clock the test turns. */
  async function openTurning(attributes: string, reducedMotion: 'reduce' | 'no-preference') {
    const page = await element.open(attributes, { reducedMotion });
    await page.getByRole('button', { name: /slideshow$/ }).waitFor();
    return page;
  }

  it('turns by itself, and never goes on by itself once the keyboard came in', async () => {
    const page = await openTurning('autoplay interval="1000" loop', 'no-preference');
    await expect.poll(() => index(page), patience).toBeGreaterThan(0);
    expect(await page.locator('[aria-live]').getAttribute('aria-live')).toBe('off');
    await page.keyboard.press('Tab');
    expect(await page.getByRole('button', { name: 'Start slideshow' }).count()).toBe(1);
    expect(await page.locator('[aria-live]').getAttribute('aria-live')).toBe('polite');
  });

  it('waits while the mouse is over it', async () => {
    const page = await openTurning('autoplay interval="1000"', 'no-preference');
    const playing = () =>
      page
        .locator('vehicle-media')
        .evaluate((it: HTMLElementTagNameMap['vehicle-media']) => it.playing);
    await page.mouse.move(450, 300);
    await expect.poll(playing, patience).toBe(false);
    await page.mouse.move(450, 795);
    await expect.poll(playing, patience).toBe(true);
  });

  it('stops at its button, also under the mouse, and goes on there', async () => {
    const page = await openTurning('autoplay interval="60000" no-live', 'no-preference');
    // Nothing but the click itself has the element drawn again.
    await page.waitForLoadState('networkidle');
    await page.getByRole('button', { name: 'Stop slideshow' }).click();
    const start = page.getByRole('button', { name: 'Start slideshow' });
    await start.click();
    await page.getByRole('button', { name: 'Stop slideshow' }).waitFor();
  });

  it('does not begin where less motion is wanted, but on request', async () => {
    const page = await openTurning('autoplay interval="1000"', 'reduce');
    await page.getByRole('button', { name: 'Start slideshow' }).click();
    await expect.poll(() => index(page), patience).toBeGreaterThan(0);
  });
});

describe('a video among photos', () => {
  const sources = [{ url: '/absent.mp4', contentType: 'video/mp4', codecs: null }];
  const addVideo = () =>
    seed(element.site.stub, 1, { kind: 'VIDEO', renditions: [], sources, alt: 'A walk around' });

  it('has a tile of its own in the gallery, and says when it does not play', async () => {
    addVideo();
    const page = await element.open('layout="gallery"');
    const tile = page.locator('[part~=tile]').nth(5);
    await tile.getByText('This video does not play in this browser.').waitFor();
    expect(await page.locator('button[part~=tile]').count()).toBe(5);
  });

  it('stays out of the large view', async () => {
    addVideo();
    const page = await element.open('layout="gallery"');
    await page.locator('button[part~=tile]').first().click();
    await page.locator('[part~=zoom-bar]', { hasText: '1 of 5' }).waitFor();
  });
});
