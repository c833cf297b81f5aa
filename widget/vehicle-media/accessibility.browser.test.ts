import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { seed } from '../../test/element-site.ts';

let element: ElementBrowser;
let axe: string;

beforeAll(async () => {
  element = await ElementBrowser.start();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 4, { caption: 'One owner, full history.' }));
afterEach(() => element.reset());

const page = '<style>:root { color-scheme: light dark }</style>';

async function violations(tab: Page): Promise<string[]> {
  await tab.evaluate(axe);
  const results = (await tab.evaluate('axe.run()')) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  describe(`in ${colorScheme} colours axe finds nothing wrong`, () => {
    const open = (attributes: string, until?: string) =>
      element.open(`no-live ${attributes}`, { colorScheme, head: page, until });

    for (const attributes of [
      'thumbnails="strip" autoplay interval="60000"',
      'thumbnails="dots"',
      'thumbnails="none" no-zoom',
      'layout="gallery"',
      'lang="ar" dir="rtl"',
    ]) {
      it(`with ${attributes}`, async () => {
        const tab = await open(attributes);
        await tab.waitForLoadState('networkidle');
        expect(await violations(tab)).toEqual([]);
      });
    }

    it('in the large view', async () => {
      const tab = await open('');
      await tab.locator('[part~=zoom-button]').click();
      await tab.locator('dialog[open] img').waitFor();
      expect(await violations(tab)).toEqual([]);
    });

    it('without photos', async () => {
      element.site.stub.media = [];
      const tab = await open('');
      await tab.getByText('Photos are on their way').waitFor();
      expect(await violations(tab)).toEqual([]);
    });

    it('after an error, on its own and over the photo of the page', async () => {
      element.site.stub.refuse = () => 'RATE_LIMITED';
      const tab = await open('', 'vm-load-error');
      await tab.getByRole('alert').waitFor();
      expect(await violations(tab)).toEqual([]);
      await tab.locator('vehicle-media').evaluate((it) => {
        it.innerHTML = '<img src="/pictures/p0/640.jpg" alt="Front">';
        (it as HTMLElementTagNameMap['vehicle-media']).requestUpdate();
      });
      await tab.locator('.over-photo').waitFor();
      expect(await violations(tab)).toEqual([]);
    });

    it('with a photo that did not load', async () => {
      element.site.brokenPictures = (path) => path.includes('/p0/');
      const tab = await open('');
      await tab.getByText('This photo did not load.').waitFor();
      expect(await violations(tab)).toEqual([]);
    });
  });
}

it('is worked by the keyboard alone, with a visible focus at every stop', async () => {
  const tab = await element.open('no-live autoplay interval="60000"');
  await tab.locator('.thumbnail').first().waitFor();
  const stops: string[] = [];
  for (;;) {
    await tab.keyboard.press('Tab');
    const stop = await tab.evaluate(() => {
      const inside = document.activeElement?.shadowRoot?.activeElement;
      if (!inside) return null;
      const ring = getComputedStyle(inside);
      const visible = ring.outlineStyle !== 'none' || inside.matches('.track:focus-visible');
      return `${inside.className.split(' ').at(-1)}${visible ? '' : ' WITHOUT RING'}`;
    });
    if (!stop) break;
    stops.push(stop);
  }
  expect(stops).toEqual(['glass', 'glass', 'previous', 'next', 'track', 'thumbnail']);
});

it('gives every control at least 44 by 44 pixels, also on a phone', async () => {
  const tab = await element.open('no-live autoplay interval="60000" thumbnails="strip"', {
    viewport: { width: 360, height: 640 },
  });
  await tab.locator('.thumbnail').first().waitFor();
  const small = await tab.locator('vehicle-media button').evaluateAll((buttons) =>
    buttons
      .map((button) => {
        const { width, height } = button.getBoundingClientRect();
        return `${button.className} ${width}x${height}`;
      })
      .filter((text) =>
        text
          .match(/([\d.]+)x([\d.]+)/)!
          .slice(1)
          .some((side) => Number(side) < 44),
      ),
  );
  expect(small).toEqual([]);
});
