import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { seed } from '../../test/element-site.ts';

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 2));
afterEach(() => element.reset());

const one = '<vehicle-media endpoint="/graphql" vehicle="1" no-live></vehicle-media>';
const scripts = (page: Page) => page.locator('script[type="application/ld+json"]');

async function read(page: Page): Promise<Record<string, unknown>[]> {
  const texts = await scripts(page).allTextContents();
  return texts.map((text) => JSON.parse(text) as Record<string, unknown>);
}

/** What would add a script has been loaded and has had its turn. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
  expect(element.site.asked.some((path) => path.includes('json-ld'))).toBe(true);
}

describe('the JSON-LD of a vehicle-media', () => {
  it('describes the vehicle under a strict policy, whatever its title says', async () => {
    const { stub } = element.site;
    stub.facts = { ...stub.facts, trim: '</script><img src=x onerror=alert(1)> & <!--' };
    const violations: string[] = [];
    const page = await element.openBody(one, {
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws:; require-trusted-types-for 'script'; trusted-types lit-html",
      },
      until: null,
    });
    page.on('console', (message) => {
      if (message.type() === 'error') violations.push(message.text());
    });
    await scripts(page).waitFor({ state: 'attached' });
    const origin = element.site.origin;
    expect(await read(page)).toEqual([
      {
        '@context': 'https://schema.org',
        '@type': 'Car',
        name: '2023 Aurelia Vireo',
        image: [`${origin}/pictures/p0/1280.jpg`, `${origin}/pictures/p1/1280.jpg`],
        vehicleIdentificationNumber: '1M8GDM9AXKP042788',
        sku: 'A-1042',
        brand: { '@type': 'Brand', name: 'Aurelia' },
        model: 'Vireo',
        vehicleConfiguration: '</script><img src=x onerror=alert(1)> & <!--',
        vehicleModelDate: '2023',
        bodyType: 'Sedan',
        color: 'Red',
        itemCondition: 'https://schema.org/UsedCondition',
        mileageFromOdometer: { '@type': 'QuantitativeValue', value: 12_400, unitCode: 'SMI' },
        offers: {
          '@type': 'Offer',
          price: '23990.00',
          priceCurrency: 'USD',
          availability: 'https://schema.org/InStock',
          seller: { '@type': 'AutoDealer', name: 'Aurelia of Northport' },
        },
      },
    ]);
    // A page that is saved as HTML and read again says the same.
    expect(await page.evaluate(() => document.head.innerHTML)).not.toContain('</script><img');
    expect(violations).toEqual([]);
  });

  it('follows the vehicle, and leaves the page with the last element that shows it', async () => {
    const page = await element.openBody(one + one);
    await scripts(page).waitFor({ state: 'attached' });
    await settle(page);
    expect(await scripts(page).count()).toBe(1);

    const { stub } = element.site;
    stub.facts = { ...stub.facts, price: { amount: '19990.00', currency: 'EUR' } };
    stub.add({ status: 'READY', renditions: stub.media[0]!.renditions });
    const media = page.locator('vehicle-media');
    await media.first().evaluate((it) => (it as HTMLElementTagNameMap['vehicle-media']).refresh());
    await expect
      .poll(() => read(page))
      .toMatchObject([{ image: { length: 3 }, offers: { price: '19990.00' } }]);

    await media.first().evaluate((it) => it.remove());
    expect(await scripts(page).count()).toBe(1);
    await media.first().evaluate((it) => it.setAttribute('no-json-ld', ''));
    await expect.poll(() => scripts(page).count()).toBe(0);
    await media.first().evaluate((it) => it.removeAttribute('no-json-ld'));
    await expect.poll(() => scripts(page).count()).toBe(1);
    await page.evaluate(() => {
      const media = document.querySelector('vehicle-media')!;
      media.remove();
      media.setAttribute('lang', 'ar');
    });
    await settle(page);
    expect(await scripts(page).count()).toBe(0);
  });

  for (const [name, page] of [
    [
      'the page has its own of this vehicle',
      '{"@type":"Car","vehicleIdentificationNumber":"1m8gdm9axkp042788"}',
    ],
    ['it has one inside a graph', '{"@graph":[{"@type":["Product","Vehicle"],"sku":"A-1042"}]}'],
  ] as const) {
    it(`adds none where ${name}`, async () => {
      const opened = await element.openBody(one, {
        head: `<script type="application/ld+json">no JSON</script><script type="application/ld+json">${page}</script>`,
      });
      await settle(opened);
      expect(await scripts(opened).count()).toBe(2);
    });
  }

  it('adds one beside that of another vehicle', async () => {
    const page = await element.openBody(one, {
      head: '<script type="application/ld+json">{"@type":"Car","sku":"B-7","name":"2023 Aurelia Vireo"}</script>',
    });
    await expect.poll(() => scripts(page).count()).toBe(2);
  });

  it('says nothing of a vehicle that is not public, to staff who see it', async () => {
    const { stub } = element.site;
    stub.facts = { ...stub.facts, status: 'DRAFT' };
    const page = await element.openBody(one);
    await settle(page);
    expect(await scripts(page).count()).toBe(0);
  });

  it('is not even loaded where it is not wanted', async () => {
    const page = await element.open('no-live no-json-ld');
    await page.waitForLoadState('networkidle');
    expect(element.site.asked.filter((path) => path.includes('json-ld'))).toEqual([]);
  });
});
