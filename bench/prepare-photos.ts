/**
 * How long the element takes to make photos of 12 MP small enough to send, and
 * what is left of their bytes. In Chromium, against a store that takes
 * everything at once. `npx tsx bench/prepare-photos.ts [photos]`
 */
import { launchBrowser } from '../test/browser.ts';
import { fromScene } from '../test/pictures.ts';
import { detailedScene } from '../test/scene.ts';
import {
  countBitmaps,
  tellOfBitmaps,
  type BitmapCount,
} from '../widget/uploader/test/bitmap-count.ts';
import { UploaderPage } from '../widget/uploader/test/uploader-page.ts';

const count = Number(process.argv[2] ?? 40);

const scene = await detailedScene(4032, 3024, 5);
const site = new UploaderPage();
for (let index = 1; index <= count; index += 1) {
  // The same pixels twice would be sent once.
  const bytes = await fromScene(scene).linear(1, index).jpeg({ quality: 94 }).toBuffer();
  site.pictures.set(`${index}.jpg`, bytes);
}
const [browser] = await Promise.all([launchBrowser(), site.start()]);
const megabytes = (buffers: Iterable<Buffer>): string =>
  `${([...buffers].reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1)} MB`;

try {
  site.preludes.set('scale-worker', tellOfBitmaps);
  for (const attributes of ['max-side="none"', '']) {
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.addInitScript(countBitmaps);
    await page.goto(site.url(`mode="upload" ${attributes}`));
    await page.locator('vehicle-media .uploader').waitFor();
    const files = await page.evaluateHandle(
      (urls) =>
        Promise.all(
          urls.map(async (url) => {
            const photo = await (await fetch(url)).blob();
            return new File([photo], url.split('/').at(-1) ?? '');
          }),
        ),
      [...site.pictures.keys()].map((name) => site.pictureUrl(name)),
    );
    const started = performance.now();
    await page
      .locator('vehicle-media')
      .evaluate(
        (element: HTMLElementTagNameMap['vehicle-media'], list) => element.addFiles(list),
        files,
      );
    await page.waitForFunction(
      (expected) =>
        document.querySelector('vehicle-media')?.shadowRoot?.querySelectorAll('.row.ready')
          .length === expected,
      count,
    );
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const { made, most } = await page.evaluate<BitmapCount>('bitmaps');
    console.log(
      `${attributes || 'as it comes'}: ${count} photos of 12 MP in ${seconds} s, ${megabytes(site.pictures.values())} → ${megabytes(site.store.stored.values())}; ${made} decoded in workers, at most ${most} in memory at a time`,
    );
    await page.close();
    await site.reset();
    site.preludes.set('scale-worker', tellOfBitmaps);
  }
} finally {
  await browser.close();
  await site.stop();
}
