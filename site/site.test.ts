import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSite } from './site.ts';
import { startFixture, type FixtureServer } from './test-fixture.ts';
import { FixtureStock } from './test-stock.ts';

let server: FixtureServer;
beforeAll(async () => {
  server = await startFixture({
    imageOrigins: ['https://cdn.example/pictures/'],
    uploadOrigins: ['https://bucket.example'],
  });
});
beforeEach(() => {
  server.stock.vehicles.splice(0, Infinity, ...new FixtureStock().vehicles);
});
afterAll(() => server.close());

const get = (path: string) => fetch(server.url + path);
/** The markup without the white space that means nothing. */
async function text(path: string): Promise<string> {
  const markup = await (await get(path)).text();
  return markup
    .replace(/\s+/g, ' ')
    .replace(/ ?(<[^>]*>) ?/g, '$1')
    .replace(/ ?>/g, '>');
}

function policy(response: Response): Map<string, string[]> {
  const header = response.headers.get('content-security-policy') ?? '';
  return new Map(
    header.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );
}

describe('showroom', () => {
  it('shows the published vehicles alone, with pictures that keep their box', async () => {
    const page = await text('/');
    expect(page.match(/<li class="card">/g)).toHaveLength(12);
    expect(page).toContain('24 vehicles in stock');
    expect(page).toContain('<h1>Fixture Motors</h1>');
    expect(page).toMatch(/srcset="[^"]+ 320w, [^"]+ 640w" sizes="[^"]+" width="640" height="480"/);
    expect(page).toContain('$20,500');
    expect(page).toContain('Price on request');
    expect(page).toContain('Photos to follow');
  });

  it('leads through all pages and back by its links, keeping the search', async () => {
    const link = (page: string, rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&');
    const titles = (page: string) => page.match(/Model \d\d<\/bdi>/g);
    const first = await text('/?q=example&sort=price-up');
    expect(link(first, 'prev')).toBeUndefined();
    expect(link(first, 'next')).toContain('q=example&sort=price-up&after=');
    const second = await text(link(first, 'next')!);
    expect(link(second, 'next')).toBeUndefined();
    const back = await text(link(second, 'prev')!);
    expect(titles(back)).toEqual(titles(first));
    expect(new Set([...titles(first)!, ...titles(second)!])).toHaveLength(24);
    expect(link(back, 'prev')).toBeUndefined();
    expect(titles(await text(link(back, 'next')!))).toEqual(titles(second));
  });

  it('says so when nothing is found, and keeps the words in the form', async () => {
    const page = await text('/?q=%22%3E%3Cscript%3E&condition=used');
    expect(page).toContain('Nothing matches that search');
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(page).toContain('<option value="used" selected>');
  });

  it('answers a cursor that means nothing with 404', async () => {
    expect((await get('/?after=nonsense')).status).toBe(404);
  });
});

describe('vehicle page', () => {
  it('holds the element with a picture that shows without scripts, and the embed code', async () => {
    const page = await text('/vehicles/vehicle-01');
    expect(page).toMatch(
      /<vehicle-media endpoint="\/graphql" vehicle="vehicle-01"[^>]*><img src="[^"]+"/,
    );
    expect(page).toContain('<script type="module" src="/embed/v1.js"></script>');
    expect(page).toContain(`&lt;vehicle-media endpoint=&quot;${server.url}/graphql&quot;`);
    expect(page).toContain(`<link rel="canonical" href="${server.url}/vehicles/vehicle-01"`);
    expect(page).toContain('<dt>Mileage</dt><dd><bdi>10,000 mi</bdi></dd>');
    expect(page).toContain('<p dir="auto">First paragraph.</p><p dir="auto">Second paragraph.</p>');
  });

  it('describes the vehicle to search engines', async () => {
    const page = await text('/vehicles/vehicle-01');
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(page)![1]!;
    expect(JSON.parse(json)).toMatchObject({
      '@type': 'Car',
      name: '2021 Example Model 01',
      vehicleIdentificationNumber: '1M8GDM9AXKP042701',
      itemCondition: 'https://schema.org/NewCondition',
      mileageFromOdometer: { value: 10000, unitCode: 'SMI' },
      offers: { price: '20000.00', priceCurrency: 'USD', seller: { name: 'Fixture Motors' } },
    });
  });

  it('answers 404 for unknown ids, drafts, and ids that are no ids', async () => {
    for (const id of ['none', 'vehicle-25', '%00', 'a%2Fb', '%F0%9F%9A%97']) {
      const response = await get(`/vehicles/${id}`);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('This vehicle is not here');
    }
  });

  it('lets no text of a vehicle become markup', async () => {
    const [vehicle] = server.stock.vehicles;
    const hostile = fc.stringMatching(/^[<>"'&/=a-z!-]{1,20}$/).map((noise) => `<x${noise}`);
    await fc.assert(
      fc.asyncProperty(hostile, async (evil) => {
        for (const field of ['title', 'make', 'exteriorColor', 'description', 'vin']) {
          vehicle![field] = evil;
        }
        for (const path of ['/', '/vehicles/vehicle-01']) {
          expect(await text(path)).not.toContain('<x');
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('headers', () => {
  it('allow scripts and styles of the site alone, and nothing inline', async () => {
    const response = await get('/');
    const directives = policy(response);
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    expect(directives.get('style-src')).toEqual(["'self'"]);
    expect(directives.get('require-trusted-types-for')).toEqual(["'script'"]);
    expect(directives.get('trusted-types')).toEqual(['lit-html']);
    expect(directives.get('img-src')).toContain('https://cdn.example');
    expect(directives.get('connect-src')).not.toContain('https://bucket.example');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    expect(response.headers.has('set-cookie')).toBe(false);
    expect(await response.text()).not.toMatch(/ style=|<style|<script>| on[a-z]+="/);
  });

  it('let staff pages upload to the storage and work in a worker', async () => {
    const directives = policy(await get('/staff'));
    expect(directives.get('connect-src')).toContain('https://bucket.example');
    expect(directives.get('connect-src')).toContain(server.url.replace('http', 'ws'));
    expect(directives.get('worker-src')).toEqual(["'self'", 'blob:']);
  });
});

describe('routes', () => {
  it('give the same shell for every staff address', async () => {
    const shell = await text('/staff');
    for (const path of ['/staff/', '/staff/vehicles/new', '/staff/vehicles/abc']) {
      expect(await text(path)).toBe(shell);
    }
    expect(shell).toContain('demo-email="staff@dealer.example"');
  });

  it('leave every other path to the server', async () => {
    const site = createSite({
      execute: () => Promise.reject(new Error('not asked')),
      demoAccount: null,
      signUpOpen: false,
      assetsDir: '/nonexistent',
      publicUrl: 'http://127.0.0.1',
      imageOrigins: [],
      uploadOrigins: [],
    });
    for (const url of [
      '/graphql',
      '/embed/v1.js',
      '/staffing',
      '/vehicles/a/b',
      '/%zz',
      '//',
      '/staff/x',
    ]) {
      expect(await site({ url, method: 'GET' } as never, {} as never)).toBe(false);
    }
  });

  it('refuse to be written to', async () => {
    const response = await fetch(server.url, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answer 503 when the API fails, without its words', async () => {
    const failing = await startFixture();
    try {
      failing.stock.page = () => {
        throw new Error('password=hunter2');
      };
      const response = await fetch(failing.url);
      expect(response.status).toBe(503);
      expect(await response.text()).not.toContain('hunter2');
    } finally {
      await failing.close();
    }
  });

  it('do not show an account where there is none to show', async () => {
    const plain = await startFixture({ demoAccount: null });
    try {
      const shell = await (await fetch(`${plain.url}/staff`)).text();
      expect(shell).toContain('<forecourt-staff></forecourt-staff>');
    } finally {
      await plain.close();
    }
  });
});
