import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ElementBrowser } from '../../test/element-browser.ts';
import { seed } from '../../test/element-site.ts';

const reserved =
  '<style>vehicle-media:not(:defined) { display: block; aspect-ratio: 4/3 } vehicle-media > img { display: block; width: 100%; height: 100%; object-fit: cover }</style>';

let element: ElementBrowser;

beforeAll(async () => {
  element = await ElementBrowser.start();
});
afterAll(() => element.stop());
beforeEach(() => seed(element.site.stub, 3));
afterEach(() => element.reset());

type Element = HTMLElementTagNameMap['vehicle-media'];

const status = (page: Page): Promise<string> =>
  page.locator('vehicle-media').evaluate((it: Element) => it.status);

describe('vehicle-media', () => {
  it('asks once, with the token rather than the key that it was given, for the vehicle it was given', async () => {
    await element.openBody(
      '<vehicle-media endpoint="/graphql" vin="1M8GDM9AXKP042788" embed-key="pk_1" token="secret" no-live></vehicle-media>',
    );
    expect(element.site.stub.requests).toHaveLength(1);
    const [{ body, headers }] = element.site.stub.requests as [
      (typeof element.site.stub.requests)[0],
    ];
    expect(JSON.parse(body).variables).toMatchObject({ vin: '1M8GDM9AXKP042788' });
    expect(headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(headers['x-embed-key']).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  });

  it('asks by a plain GET where nobody is logged in, and past every cache when it is to read again', async () => {
    const page = await element.openBody(
      '<vehicle-media endpoint="/graphql?tenant=1" vin="1M8GDM9AXKP042788" embed-key="pk_1" no-live></vehicle-media>',
    );
    await page.locator('vehicle-media').evaluate((it: Element) => it.refresh());
    const { requests } = element.site.stub;
    expect(requests.map(({ headers }) => headers['cache-control'])).toEqual([
      undefined,
      'max-age=0',
    ]);
    for (const { url, headers } of requests) {
      expect(url.searchParams.get('tenant')).toBe('1');
      expect(url.searchParams.get('key')).toBe('pk_1');
      expect(JSON.parse(url.searchParams.get('variables')!)).toMatchObject({
        vin: '1M8GDM9AXKP042788',
      });
      // Whatever else there was, another site's page would have to ask leave first.
      expect(
        Object.keys(headers).filter((name) => /^(content-type|authorization|x-)/.test(name)),
      ).toEqual([]);
    }
  });

  it('asks the page for a new token when the server refuses the old one', async () => {
    const { stub } = element.site;
    stub.refuse = ({ headers }) =>
      headers.authorization === 'Bearer fresh' ? null : 'UNAUTHENTICATED';
    const page = await element.openBody(
      `<div id="place"></div><script type="module">
        let told = 0;
        addEventListener('vm-token-expired', () => { told += 1; document.title = 'told ' + told; });
        const media = document.createElement('vehicle-media');
        const tokens = ['stale', 'fresh'];
        Object.assign(media, { vehicle: '1', noLive: true, tokenProvider: async () => tokens.shift() });
        document.querySelector('#place').append(media);
      </script>`,
    );
    expect(await status(page)).toBe('ready');
    expect(await page.title()).toBe('told 1');
  });

  it('keeps the photo of the page until its own is decoded, without moving anything', async () => {
    const page = await element.open('no-live', {
      until: null,
      head: reserved,
      content: '<img src="/pictures/p0/640.jpg" alt="Front">',
    });
    await page.evaluate(() => {
      const shifts: number[] = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
      const gaps: string[] = [];
      const watch = () => {
        const root = document.querySelector('vehicle-media')?.shadowRoot;
        const fallback = root?.querySelector<HTMLElement>('.fallback');
        const decoded = root?.querySelector('.slide[data-decoded]');
        if (root?.querySelector('.track') && fallback?.hidden && !decoded) gaps.push('gap');
        requestAnimationFrame(watch);
      };
      watch();
      Object.assign(globalThis, { shifts, gaps });
    });
    await page.locator('.slide[data-decoded]').first().waitFor();
    await page.locator('.thumbnail img').first().waitFor();
    expect(await page.evaluate('({ shifts, gaps })')).toEqual({ shifts: [], gaps: [] });
    expect(await page.getByAltText('Front').isVisible()).toBe(false);
  });

  it('fills the box that the page gives it, whatever is inside', async () => {
    const page = await element.open('thumbnails="strip" no-live');
    const shape = async () => {
      const { width, height } = (await page.locator('vehicle-media').boundingBox())!;
      return Math.round((width / height) * 100) / 100;
    };
    expect(await shape()).toBe(1.33);
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('aspect-ratio', '16/9'));
    await expect.poll(shape).toBe(1.78);
    await page
      .locator('vehicle-media')
      .evaluate((it) => it.setAttribute('aspect-ratio', 'nonsense'));
    await expect.poll(shape).toBe(1.33);
  });

  it('says that photos are on their way while there are none', async () => {
    element.site.stub.media = [];
    const page = await element.open('no-live');
    expect(await status(page)).toBe('empty');
    await page.getByText('Photos are on their way').waitFor();
    expect(await page.locator('vehicle-media:state(empty)').count()).toBe(1);
  });

  it('shows visitors only what is ready', async () => {
    element.site.stub.media = [];
    seed(element.site.stub, 1);
    seed(element.site.stub, 1, { status: 'PROCESSING', renditions: [] });
    const page = await element.open('no-live');
    expect(await page.locator('.slide').count()).toBe(1);
  });

  for (const [code, advice] of [
    ['RATE_LIMITED', /Wait a moment/],
    ['FORBIDDEN', /not allowed/],
    ['INTERNAL_SERVER_ERROR', /at our end/],
  ] as const) {
    it(`says what to do about ${code}, and loads when asked again`, async () => {
      element.site.stub.refuse = () => code;
      const page = await element.open('no-live', { until: 'vm-load-error' });
      await page.getByRole('alert').getByText(advice).waitFor();
      element.site.stub.refuse = () => null;
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.slide[data-decoded]').first().waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  }

  it('says that a vehicle is not listed, and that the page names none', async () => {
    const page = await element.openBody(
      '<vehicle-media endpoint="/graphql" vehicle="absent"></vehicle-media>',
      { until: 'vm-load-error' },
    );
    await page.getByText(/no longer listed/).waitFor();
    await page.locator('vehicle-media').evaluate((it) => it.removeAttribute('vehicle'));
    await page.getByText(/which vehicle to show/).waitFor();
  });

  it('shows another vehicle when its attribute changes', async () => {
    const page = await element.open('no-live');
    element.site.stub.title = '2020 Another';
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('vehicle', '2'));
    await page.getByRole('region', { name: 'Photos of 2020 Another' }).waitFor();
    element.site.stub.title = '2023 Aurelia Vireo';
  });

  it('puts texts of the page in place of its own', async () => {
    const page = await element.open('no-live');
    await page.locator('vehicle-media').evaluate((it: Element) => {
      it.strings = { next: 'Onward' };
    });
    await page.getByRole('button', { name: 'Onward' }).waitFor();
  });

  it('speaks the language of its own lang, or of the closest around it that is one', async () => {
    const tag = '<vehicle-media endpoint="/graphql" vehicle="1" no-live';
    const page = await element.openBody(
      `<div lang="fr">${tag}></vehicle-media><p lang="nl">${tag} lang="pt-BR"></vehicle-media>
      ${tag} lang="en-US@posix"></vehicle-media></p></div>
      ${tag} lang="zh-TW"></vehicle-media>${tag} lang="de_CH"></vehicle-media>${tag}></vehicle-media>`,
      { root: 'lang="pl-PL"' },
    );
    for (const next of [
      'Photo suivante',
      'Próxima foto',
      'Volgende foto',
      '下一张照片',
      'Nächstes Foto',
      'Następne',
    ]) {
      await page.getByRole('button', { name: next }).waitFor();
    }
  });

  it('shows everything at once as a gallery', async () => {
    const page = await element.open('layout="gallery" no-live');
    expect(await page.getByRole('listitem').count()).toBe(3);
    await page.getByRole('button', { name: 'Enlarge: Aurelia Vireo, view 2' }).click();
    await page.getByRole('dialog').getByText('2 of 3').waitFor();
  });

  it('loads no uploader and no feed where none is needed, and nothing from elsewhere', async () => {
    const page = await element.open('no-live');
    const origins = new Set<string>();
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    await page.waitForLoadState('networkidle');
    const scripts = element.site.asked.filter((path) => path.endsWith('.js'));
    expect(scripts.filter((path) => /uploader|live|hash/.test(path))).toEqual([]);
    expect([...origins].filter((origin) => origin !== element.site.origin)).toEqual([]);
  });
});

describe('vehicle-media on a difficult page', () => {
  it('works under a strict policy without a single violation', async () => {
    const page = await element.openBody(
      '<vehicle-media endpoint="/graphql" vehicle="1" thumbnails="strip"></vehicle-media>',
      {
        headers: {
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws:; require-trusted-types-for 'script'; trusted-types lit-html",
        },
      },
    );
    const violations: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') violations.push(message.text());
    });
    await page.locator('.slide[data-decoded]').first().waitFor();
    await page.locator('[part~=zoom-button]').click();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.keyboard.press('Escape');
    const policy = await page.evaluate(() => {
      const tint = document
        .querySelector('vehicle-media')!
        .shadowRoot!.querySelector<HTMLElement>('.slide')!;
      return getComputedStyle(tint).overflow;
    });
    expect(policy).toBe('hidden');
    expect(violations).toEqual([]);
  });

  it('looks the same inside hostile styles', async () => {
    const measure = (page: Page) =>
      page.locator('vehicle-media').evaluate((it) => {
        const counter = it.shadowRoot!.querySelector('.counter')!;
        const { fontSize, letterSpacing, textTransform, color, lineHeight } =
          getComputedStyle(counter);
        const { width } = counter.getBoundingClientRect();
        return { fontSize, letterSpacing, textTransform, color, lineHeight, width };
      });
    const plain = await measure(await element.open('no-live'));
    const hostile = await element.open('no-live', {
      head: `<style>* { letter-spacing: 9px !important; text-transform: uppercase !important; font: 40px serif !important;
        color: red !important; line-height: 3 !important; text-align: right !important; visibility: visible }
        button, img, svg, section, div { display: none !important; all: unset !important }</style>`,
    });
    expect(await measure(hostile)).toEqual(plain);
  });

  it('works twice on a page, each for itself', async () => {
    const one = '<vehicle-media endpoint="/graphql" vehicle="1" no-live></vehicle-media>';
    const page = await element.openBody(one + one, { until: null });
    await page.locator('.thumbnail').nth(5).waitFor();
    await page.getByRole('button', { name: 'Next photo' }).nth(1).click();
    const indexes = await page
      .locator('vehicle-media')
      .evaluateAll((all) => all.map((it) => (it as Element).currentIndex));
    expect(indexes).toEqual([0, 1]);
  });

  it('leaves nothing behind: no globals, cookies or storage', async () => {
    const before = await element.openBody('<p>Nothing</p>', { until: null, head: '' });
    const globals = (page: Page) => page.evaluate(() => Object.getOwnPropertyNames(globalThis));
    const known = new Set([...(await globals(before)), 'awaited']);
    const page = await element.open();
    expect((await globals(page)).filter((name) => !known.has(name))).toEqual([]);
    expect(
      await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]),
    ).toEqual(['', 0, 0]);
  });

  it('keeps working when it is moved in the page', async () => {
    const page = await element.open();
    await page.evaluate(() => {
      const box = document.createElement('section');
      document.body.append(box);
      box.append(document.querySelector('vehicle-media')!);
    });
    await page.getByRole('button', { name: 'Next photo' }).click();
    expect(element.site.stub.requests).toHaveLength(1);
  });
});
