import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.ts';
import { likeness } from '../../../test/image-processing.ts';
import { fromScene, photo } from '../../../test/pictures.ts';
import { detailedScene } from '../../../test/scene.ts';
import { countBitmaps, tellOfBitmaps, type BitmapCount } from '../test/bitmap-count.ts';
import { UploaderPage } from '../test/uploader-page.ts';

type Load = (url: string) => Promise<typeof import('./preparation.ts')>;

const site = new UploaderPage();
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [browser] = await Promise.all([launchBrowser(), site.start()]);
});
afterAll(async () => {
  await browser?.close();
  await site.stop();
});
beforeEach(() => site.reset());
afterEach(() => context?.close());

async function open(attributes: string): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  page = await context.newPage();
  await page.addInitScript(countBitmaps);
  await page.goto(site.url(attributes));
  await element('.uploader').waitFor();
}

const element = (selector: string): Locator => page.locator(`vehicle-media ${selector}`);
const row = (name: string): Locator => element('.row').filter({ hasText: name });
const bitmaps = (): Promise<BitmapCount> => page.evaluate('bitmaps');

/** Chooses files, and waits until the gallery has them all. */
async function send(
  files: Readonly<Record<string, Buffer>>,
  ready = Object.keys(files).length,
): Promise<void> {
  await choose(files);
  const unready = () => element('.row:not(.ready) .what').allInnerTexts();
  await expect
    .poll(async () => [await element('.row.ready').count(), await unready()])
    .toEqual([ready, []]);
}

function choose(files: Readonly<Record<string, Buffer>>): Promise<void> {
  return element('input.picker').setInputFiles(
    Object.entries(files).map(([name, buffer]) => ({ name, buffer, mimeType: '' })),
  );
}

/** What the store has of a file, by the name that it was sent under. */
function stored(name: string): Buffer {
  const upload = [...site.api.uploads.values()].find(({ fileName }) => fileName === name);
  const bytes = site.store.stored.get(upload?.id ?? '');
  if (!bytes) throw new Error(`Nothing was stored for ${name}.`);
  return bytes;
}

/** Photos that differ in their light; small ones made large, which is quicker. */
async function photos(
  count: number,
  width: number,
  height: number,
): Promise<Record<string, Buffer>> {
  const scene = await detailedScene(width / 4, height / 4, 5);
  const files: Record<string, Buffer> = {};
  for (let index = 1; index <= count; index += 1) {
    files[`${index}.jpg`] = await fromScene(scene)
      .linear(1, index)
      .resize({ width, kernel: 'nearest' })
      .jpeg({ quality: 90 })
      .toBuffer();
  }
  return files;
}

describe('a photo that is larger than the server needs', () => {
  it('is sent smaller: upright, in sRGB, without metadata, after what the page makes of it', async () => {
    const gps = { latitude: 48.137154, longitude: 11.576124 };
    const portrait = await photo({
      width: 2400,
      height: 3200,
      seed: 3,
      orientation: 6,
      profile: 'p3',
      gps,
    });
    await open('mode="upload"');
    await page.evaluate(() =>
      Object.assign(document.querySelector('vehicle-media') as object, {
        transformFile: (file: File) => new File([file], `stamped-${file.name}`),
      }),
    );
    await send({ 'front.jpeg': portrait.bytes });
    const bytes = stored('stamped-front.jpg');
    expect(bytes.length).toBeLessThan(portrait.bytes.length / 2);
    const { width, height, orientation, exif, xmp, format } = await sharp(bytes).metadata();
    expect([width, height, format]).toEqual([2048, 2731, 'jpeg']);
    expect([orientation, exif, xmp]).toEqual([undefined, undefined, undefined]);
    expect(
      await likeness({ width, height, format: 'JPEG', bytes }, portrait.upright),
    ).toBeGreaterThan(33);
    expect(site.api.uploads.values().next().value?.request).toMatchObject({
      contentType: 'image/jpeg',
      byteSize: bytes.length,
    });
  });

  it('follows max-side, and stays as it is where a JPEG would not be smaller or not the same', async () => {
    const scene = await detailedScene(1200, 900, 4);
    const picture = () => fromScene(scene);
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const asTheyAre = {
      'small.jpg': await picture().resize(1000).jpeg({ quality: 99 }).toBuffer(),
      'poor.jpg': await picture().jpeg({ quality: 5 }).toBuffer(),
      'cut-out.png': await picture().extend({ left: 1, background: clear }).png().toBuffer(),
      'damaged.jpg': (await picture().jpeg().toBuffer()).subarray(0, 300),
    };
    await open('mode="upload" max-side="1000"');
    await send({
      ...asTheyAre,
      'large.jpg': await picture().jpeg({ quality: 92 }).toBuffer(),
      'plate.png': await picture().png().toBuffer(),
      'side.webp': await picture().flop().webp({ lossless: true, effort: 0 }).toBuffer(),
    });
    for (const [name, bytes] of Object.entries(asTheyAre)) {
      expect([name, stored(name).equals(bytes)]).toEqual([name, true]);
    }
    for (const name of ['large.jpg', 'plate.jpg', 'side.jpg']) {
      const { format, width, height } = await sharp(stored(name)).metadata();
      expect([name, format, width, height]).toEqual([name, 'jpeg', 1000, 750]);
    }
  });

  it('is sent byte for byte where the page wants it so, and where it allows no workers', async () => {
    const large = (await photos(1, 2700, 1800))['1.jpg'] as Buffer;
    // What follows the end of a JPEG is ignored.
    const file = (name: string): Buffer => Buffer.concat([large, Buffer.from(name)]);
    await open('mode="upload"');
    for (const [attribute, value] of [
      ['max-side', 'none'],
      ['max-side', '0'],
      ['keep-location', ''],
    ] as const) {
      await page
        .locator('vehicle-media')
        .evaluate((it, [name, text]) => it.setAttribute(name, text), [attribute, value] as const);
      await choose({ [attribute + value]: file(value) });
      await row(attribute + value)
        .and(element('.ready'))
        .waitFor();
      expect(stored(attribute + value).equals(file(value))).toBe(true);
      await page
        .locator('vehicle-media')
        .evaluate((it, name) => it.removeAttribute(name), attribute);
    }
    await send({ 'scaled.jpg': file('scaled') }, 4);
    expect(stored('scaled.jpg').length).toBeLessThan(large.length);
    await context.close();

    site.policy = `default-src 'none'; script-src ${site.embedOrigin}; style-src data:; connect-src http://127.0.0.1:*`;
    await open('mode="upload"');
    await send({ 'whole.jpg': file('whole') });
    expect(stored('whole.jpg').equals(file('whole'))).toBe(true);
  });
});

describe('many photos', () => {
  it('are decoded two at a time at most, and none stays in memory', async () => {
    const files = await photos(4, 4032, 3024);
    site.preludes.set('scale-worker', tellOfBitmaps);
    await open('mode="upload"');
    await send(files);
    const { most, ...others } = await bitmaps();
    expect(others).toEqual({ made: 4, alive: 0 });
    expect(most).toBeLessThanOrEqual(2);
    const size = (of: Iterable<Buffer>) => [...of].reduce((sum, { length }) => sum + length, 0);
    expect(size(site.store.stored.values())).toBeLessThan(size(Object.values(files)) / 2);
  });

  it('say that they are prepared, and stop at once when they are cancelled', async () => {
    const files = await photos(3, 2700, 1800);
    site.preludes.set('scale-worker', 'self.createImageBitmap = () => new Promise(() => {});');
    await open('mode="upload"');
    await choose(files);
    const preparing = element('.row').filter({ hasText: 'Preparing the photo' });
    await expect.poll(() => preparing.count()).toBe(2);
    await expect.poll(() => element('.row').filter({ hasText: 'Waiting' }).count()).toBe(1);
    const progress = preparing.getByRole('progressbar');
    expect(await progress.first().getAttribute('value')).toBeNull();
    await expect.poll(() => page.workers().length).toBe(2);
    const [first] = page.workers();
    const closed = new Promise((resolve) => first?.once('close', resolve));
    const names = await preparing.locator('.line').allInnerTexts();
    for (const name of names.map((text) => text.split('\n')[0])) {
      await page.getByRole('button', { name: `Cancel ${name}` }).click();
    }
    await closed;
    await expect.poll(() => preparing.count()).toBe(1);
    await expect.poll(() => element('.row').count()).toBe(1);
    expect(site.api.uploads.size).toBe(0);
  });
});

describe('a HEIC photo', () => {
  const heic = Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypheic\0\0\0\0mif1heic'), 1, 2, 3]);

  it('is explained where this browser cannot open it, before anything is sent', async () => {
    await open('mode="upload"');
    expect(await element('input.picker').getAttribute('accept')).toContain('image/heic');
    await choose({ 'IMG_1.HEIC': heic });
    await expect.poll(() => row('IMG_1.HEIC').innerText()).toContain('Most Compatible');
    expect(await row('IMG_1.HEIC').innerText()).toContain('which this browser cannot open');
    expect(await row('IMG_1.HEIC').getByRole('button', { name: 'Try again' }).count()).toBe(0);
    expect(site.api.uploads.size).toBe(0);
  });

  it('becomes a JPEG of the size that is needed where the page can decode it', async () => {
    await open('mode="upload"');
    const decoded = await sharp({
      create: { width: 4000, height: 3000, channels: 3, background: 'teal' },
    })
      .jpeg()
      .toBuffer();
    const [name, type, base64] = await page.evaluate(
      async ({ chunk, load, photo, jpeg }) => {
        const bytes = (text: string) =>
          Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const { Preparation } = await load(chunk);
        const { photos } = new Preparation({
          decodeOnPage: async () => {
            const source = await createImageBitmap(new Blob([bytes(jpeg)]));
            const { width, height } = source;
            return { source, width, height, close: () => source.close() };
          },
        });
        const { file, type: found } = await photos.prepare(
          new File([bytes(photo)], 'IMG_1.HEIC'),
          'image/heic',
          { keepLocation: false, maxSide: null },
          new AbortController().signal,
        );
        const made = new Uint8Array(await file.arrayBuffer());
        return [file.name, found, btoa(String.fromCharCode(...made))];
      },
      {
        chunk: await site.chunkUrl('preparation'),
        load: await page.evaluateHandle<Load>('(url) => import(url)'),
        photo: heic.toString('base64'),
        jpeg: decoded.toString('base64'),
      },
    );
    expect([name, type]).toEqual(['IMG_1.jpg', 'image/jpeg']);
    const { width, height, format } = await sharp(Buffer.from(base64 ?? '', 'base64')).metadata();
    expect([width, height, format]).toEqual([2560, 1920, 'jpeg']);
  });
});
