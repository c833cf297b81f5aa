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
beforeEach(() => seed(element.site.stub, 4));
afterEach(() => element.reset());

type Element = HTMLElementTagNameMap['vehicle-media'];

const photo = (name: string, position: number) => ({
  alt: name,
  position,
  width: 1280,
  height: 960,
  renditions: renditions(name),
});

async function openLive(attributes = ''): Promise<Page> {
  const page = await element.open(attributes);
  const live = page.locator('vehicle-media:state(live)');
  await live.waitFor();
  return page;
}

const alts = (page: Page): Promise<(string | null)[]> =>
  page.locator('vehicle-media').evaluate((it: Element) => it.media.map(({ alt }) => alt));

describe('a live vehicle-media', () => {
  it('takes a new photo in without moving the one that is looked at', async () => {
    const page = await openLive('start-index="2"');
    await page.locator('.slide[data-decoded]:not([inert])').waitFor();
    // Every frame from now on: which photo is in view, and whether it is whole.
    await page.evaluate(() => {
      const seen = new Set<string>();
      const root = document.querySelector('vehicle-media')!.shadowRoot!;
      const look = () => {
        const track = root.querySelector('.track')!.getBoundingClientRect();
        const at = root.elementsFromPoint(
          track.left + track.width / 2,
          track.top + track.height / 2,
        );
        const slide = at.find((node) => node.matches('.slide'));
        const left = slide?.getBoundingClientRect().left ?? Number.NaN;
        seen.add(`${slide?.querySelector('img')?.alt} ${Math.round(left - track.left)}`);
        requestAnimationFrame(look);
      };
      look();
      Object.assign(globalThis, { seen });
    });
    element.site.stub.add(photo('new first', -1));
    element.site.stub.add(photo('new last', 99));
    element.site.stub.remove(element.site.stub.order[1]!);
    await expect
      .poll(() => alts(page), patience)
      .toEqual([
        'new first',
        'Aurelia Vireo, view 2',
        'Aurelia Vireo, view 3',
        'Aurelia Vireo, view 4',
        'new last',
      ]);
    expect(await page.evaluate('[...seen]')).toEqual(['Aurelia Vireo, view 3 0']);
    await page.getByText('3 of 5').first().waitFor();
  });

  it('leaves the slide that is looked at where it is in the page while all others change places', async () => {
    const page = await openLive('start-index="1"');
    const slide = page.locator('.slide[data-decoded]:not([inert])');
    await slide.waitFor();
    await page.evaluate(() => {
      const moved: (string | undefined)[] = [];
      const track = document.querySelector('vehicle-media')!.shadowRoot!.querySelector('.track')!;
      new MutationObserver((records) => {
        for (const { removedNodes } of records) {
          for (const node of removedNodes) {
            if (node instanceof Element) moved.push(node.querySelector('img')?.alt);
          }
        }
      }).observe(track, { childList: true });
      Object.assign(globalThis, { moved });
    });
    const { stub } = element.site;
    const [first, current, third, last] = stub.order as [string, string, string, string];
    for (const order of [
      [last, third, current, first],
      [current, first, last, third],
      [third, last, first, current],
    ]) {
      stub.reorder(order);
      const names = order.map((id) => stub.media.find((media) => media.id === id)?.alt);
      await expect.poll(() => alts(page), patience).toEqual(names);
      await page
        .getByText(`${order.indexOf(current) + 1} of 4`)
        .first()
        .waitFor();
      expect(
        await page
          .locator('.slide')
          .evaluateAll((all) => all.findIndex((it) => !it.hasAttribute('inert'))),
      ).toBe(order.indexOf(current));
    }
    expect(await page.evaluate('moved')).not.toContain('Aurelia Vireo, view 2');
    expect(await page.evaluate('moved.length')).toBeGreaterThan(0);
  });

  it('turns from empty to a slideshow when the first photo comes', async () => {
    element.site.stub.media = [];
    const page = await openLive();
    await page.getByText('Photos are on their way').waitFor();
    element.site.stub.add(photo('first', 0));
    await page.locator('.slide[data-decoded]').waitFor();
  });

  it('shows a neighbour when the photo that is looked at is taken away', async () => {
    const page = await openLive('start-index="3"');
    element.site.stub.remove(element.site.stub.order[3]!);
    await page.getByText('3 of 3').first().waitFor();
    expect(
      await page.locator('vehicle-media').evaluate((it: Element) => it.currentMedia?.alt),
    ).toBe('Aurelia Vireo, view 3');
  });

  it('tells the page about changes and about its connection', async () => {
    const page = await openLive();
    await page.evaluate(() => {
      const told: unknown[] = [];
      addEventListener('vm-media-change', ({ media, mediaVersion }) =>
        told.push([media.length, mediaVersion]),
      );
      addEventListener('vm-connection-change', ({ state }) => told.push(state));
      Object.assign(globalThis, { told });
    });
    element.site.stub.add(photo('new', 9));
    await expect.poll(() => page.evaluate('told'), patience).toEqual([[5, 2]]);
    element.site.stub.cut();
    await expect.poll(() => page.evaluate('told'), patience).toEqual([[5, 2], 'retrying', 'live']);
  });

  it('misses nothing while it is cut off, and reads anew when the server cannot say what it missed', async () => {
    const page = await openLive();
    element.site.stub.cut();
    element.site.stub.add(photo('while away', 9));
    await expect.poll(async () => (await alts(page)).includes('while away'), patience).toBe(true);
    const { stub } = element.site;
    stub.cut();
    stub.reorder(stub.order.toReversed());
    stub.pruned = stub.events.length;
    await expect.poll(async () => (await alts(page))[0], patience).toBe('while away');
    expect(stub.requests.filter(({ body }) => body.includes('query VehicleMedia'))).toHaveLength(2);
  });

  it('falls back to server-sent events where WebSockets do not get through', async () => {
    element.site.stub.webSockets = false;
    const page = await openLive();
    element.site.stub.add(photo('new', 9));
    await expect.poll(async () => (await alts(page)).includes('new'), patience).toBe(true);
  });

  it('lets go of its connection when the page is left, and catches up on the way back', async () => {
    const page = await openLive();
    await page.evaluate(() => dispatchEvent(new Event('pagehide')));
    element.site.stub.add(photo('while away', 9));
    await page.evaluate(() => dispatchEvent(new Event('pageshow')));
    await expect.poll(async () => (await alts(page)).includes('while away'), patience).toBe(true);
    expect(element.site.stub.connections).toHaveLength(2);
  });

  it('goes on with a new token after its old one was refused', async () => {
    const { stub } = element.site;
    stub.webSockets = false;
    stub.refuse = ({ headers }) =>
      headers.accept?.includes('event-stream') && headers.authorization !== 'Bearer new'
        ? 'UNAUTHENTICATED'
        : null;
    const page = await element.open('token="old"', {
      head: `<script>addEventListener('vm-connection-change', ({ state }) => {
        document.documentElement.dataset.state = state;
      })</script>`,
    });
    await page.locator('html[data-state=closed]').waitFor();
    await page.locator('vehicle-media').evaluate((it) => it.setAttribute('token', 'new'));
    await page.locator('vehicle-media:state(live)').waitFor();
  });
});
