import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { renditions, seed } from '../../test/element-site.ts';

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 3));
afterEach(() => element.reset());

type Element = HTMLElementTagNameMap['vehicle-media'];

const alts = (page: Page): Promise<(string | null)[]> =>
  page.locator('vehicle-media').evaluate((it: Element) => it.media.map(({ alt }) => alt));

/** What the API was asked last. */
function lastRequest(): { query: string; variables: Record<string, unknown> } {
  return JSON.parse(element.site.stub.requests.at(-1)?.body ?? 'null') as never;
}

const json = { 'content-type': 'application/json' };

describe('the `src` of a vehicle-media', () => {
  const manifest = {
    vehicle: {
      title: '2019 Example Roadster',
      media: {
        nodes: ['front', 'back'].map((name) => ({
          alt: name,
          // Relative to the manifest, which is not where the page is.
          renditions: renditions(name).map((it) => ({ ...it, url: `..${it.url}` })),
        })),
      },
    },
  };

  it('is shown in place of what the API answers, without asking it anything', async () => {
    element.site.page('/static/roadster.json', JSON.stringify(manifest), json);
    const page = await element.openBody(
      '<vehicle-media src="static/roadster.json" vehicle="1"></vehicle-media>',
    );
    await page.locator('.slide[data-decoded]').first().waitFor();
    await page.getByRole('region', { name: 'Photos of 2019 Example Roadster' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(element.site.stub.requests).toEqual([]);
    expect(element.site.stub.connections).toEqual([]);
    expect(element.site.asked.filter((path) => path.includes('live'))).toEqual([]);

    manifest.vehicle.media.nodes.pop();
    element.site.page('/static/roadster.json', JSON.stringify({ data: manifest }), json);
    await page.locator('vehicle-media').evaluate((it: Element) => it.refresh());
    expect(await alts(page)).toEqual(['front']);
    await page.locator('vehicle-media').evaluate((it) => it.removeAttribute('src'));
    await expect.poll(async () => (await alts(page)).length).toBe(3);
  });

  it('says what is wrong with it, to the visitor and to the page', async () => {
    const bad = { vehicle: { media: { nodes: [{ renditions: [{ url: 'a.jpg' }] }] } } };
    element.site.page('/bad.json', JSON.stringify(bad), json);
    element.site.page('/no.json', '<h1>Not JSON</h1>', json);
    const page = await element.openBody('<vehicle-media src="/bad.json"></vehicle-media>', {
      until: 'vm-load-error',
      head: `<script>
        addEventListener('vm-load-error', ({ error }) => {
          document.documentElement.dataset.error = error.code + ': ' + error.message;
        });
      </script>`,
    });
    const told = () => page.locator('html').getAttribute('data-error');
    await page
      .getByRole('alert')
      .getByText(/list of photos that this page names is damaged/)
      .waitFor();
    expect(await told()).toBe(
      'BAD_MANIFEST: media.nodes[0].renditions[0].width is not a number of pixels.',
    );
    const point = (src: string) =>
      page.locator('vehicle-media').evaluate((it: Element, src) => {
        it.src = src;
      }, src);
    await point('/no.json');
    await expect.poll(told).toBe('BAD_MANIFEST: The manifest is not JSON.');
    await point('/absent.json');
    await expect.poll(told).toBe('NOT_FOUND: The server answered 404 for the manifest.');
    await page.getByText(/no longer listed/).waitFor();
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('mode', 'upload'));
    await expect.poll(told).toMatch(/^SETUP: Set one of/);
  });
});

describe('the `group` of a vehicle-media', () => {
  it('is all that is shown, of what comes live too', async () => {
    const { stub } = element.site;
    stub.media = stub.media.map((media, index) => ({
      ...media,
      groupKey: index === 1 ? 'interior' : 'exterior',
    }));
    const page = await element.open('group="exterior"');
    await page.locator('vehicle-media:state(live)').waitFor();
    expect(await alts(page)).toEqual(['Aurelia Vireo, view 1', 'Aurelia Vireo, view 3']);
    const photo = { width: 1280, height: 960, renditions: renditions('p9') };
    stub.add({ ...photo, alt: 'seats', groupKey: 'interior', position: 8 });
    stub.add({ ...photo, alt: 'wheels', groupKey: 'exterior', position: 9 });
    await expect.poll(() => alts(page)).toHaveLength(3);
    await page.getByText('1 of 3').first().waitFor();
    stub.update(stub.order[0]!, { groupKey: 'interior' });
    await expect.poll(() => alts(page)).toEqual(['Aurelia Vireo, view 3', 'wheels']);

    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('group', 'interior'));
    await expect
      .poll(() => alts(page))
      .toEqual(['Aurelia Vireo, view 1', 'Aurelia Vireo, view 2', 'seats']);
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('group', 'none'));
    await page.getByText('Photos are on their way').waitFor();
  });
});

describe('the `dealership` of a vehicle-media', () => {
  it('says whose stock number it is, and alone names no vehicle', async () => {
    const page = await element.openBody(
      '<vehicle-media endpoint="/graphql" stock-number="A-1042" dealership="north" no-live></vehicle-media>',
    );
    expect(lastRequest().variables).toEqual({
      id: null,
      vin: null,
      stockNumber: 'A-1042',
      dealership: 'north',
    });
    expect(lastRequest().query).toContain('stockNumber:$stockNumber,dealership:$dealership');
    await page.locator('vehicle-media').evaluate((it) => it.removeAttribute('stock-number'));
    await page.getByText(/which vehicle to show/).waitFor();
    await page.locator('vehicle-media').evaluate((it) => {
      it.removeAttribute('dealership');
      it.setAttribute('stock-number', 'A-1042');
    });
    await page.locator('.slide').first().waitFor();
    expect(lastRequest().query).not.toContain('dealership:$dealership');
  });
});
