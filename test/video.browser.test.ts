import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { clip, CLIP_TRACES, shadeAt } from './clips.ts';
import { addVehicle, uploadPhoto } from './gallery.ts';
import { photo } from './pictures.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestDealership, type TestServer } from './server.ts';
import { readVideo, sendPoster, settleVideo } from './videos.ts';

const LARGE = 60_000_000;

let server: TestServer;
let north: TestDealership;
let browser: Browser;
let large: Buffer;
beforeAll(async () => {
  // Before the server: making it leaves no time for connections that are kept.
  large = await clip({
    width: 1280,
    height: 720,
    seconds: 20,
    minBytes: LARGE,
    metadata: true,
    index: 'last',
  });
  [server, browser] = await Promise.all([startServer(), launchBrowser()]);
  north = await server.dealership(PUBLIC_DEALERSHIP);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

let page: Page;
afterEach(() => page?.close());

/** A vehicle's public page, with a video that has a poster, then a photo. */
async function openWith(bytes: Buffer): Promise<void> {
  const vehicleId = await addVehicle(north.staff);
  const { bytes: picture } = await photo({ width: 640, height: 480, seed: 8 });
  const to = { url: server.url, token: north.token, staff: north.staff };
  const { mediaId } = await settleVideo(to, vehicleId, bytes);
  await sendPoster(north.staff, vehicleId, mediaId, picture);
  await uploadPhoto(north.staff, vehicleId, picture);
  await expect.poll(async () => (await readVideo(server.visitor, mediaId))?.poster).not.toBeNull();
  await expect
    .poll(async () => {
      const { vehicle } = await server.visitor.expect<{
        vehicle: { media: { totalCount: number } };
      }>('query ($id: ID!) { vehicle(id: $id) { media { totalCount } } }', { id: vehicleId });
      return vehicle.media.totalCount;
    })
    .toBe(2);
  page = await browser.newPage({ viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' });
  await page.goto(`${server.url}/vehicles/${vehicleId}`);
}

interface Frame {
  width: number;
  height: number;
  time: number;
  /** Brightness where the picture has its square, and in its middle. */
  corners: { topLeft: number; topRight: number; bottomLeft: number };
  middle: number;
}

/** What the player shows after it has sought to a time, in seconds. */
function frameAt(seconds: number): Promise<Frame> {
  return page.locator('vehicle-media video').evaluate(async (node, to) => {
    const video = node as HTMLVideoElement;
    const sought = new Promise((resolve) =>
      video.addEventListener('seeked', resolve, { once: true }),
    );
    video.currentTime = to;
    await sought;
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d')!;
    // The picture is of the store's origin: what is drawn is read through a frame.
    context.drawImage(video, 0, 0);
    const shade = (x: number, y: number) => context.getImageData(x, y, 1, 1).data[0]!;
    return {
      width,
      height,
      time: video.currentTime,
      corners: {
        topLeft: shade(8, 8),
        topRight: shade(width - 8, 8),
        bottomLeft: shade(8, height - 8),
      },
      middle: shade(width >> 1, height >> 1),
    };
  }, seconds);
}

/** As browsers draw a brightness of the narrow range that videos have. */
const drawn = (shade: number) => ((shade - 16) * 255) / 219;

describe('a video in the slideshow', () => {
  it('plays, shows its poster first, and seeks by ranges', async () => {
    await openWith(large);
    expect(large.length).toBeGreaterThan(LARGE);
    const video = page.locator('vehicle-media video');
    expect(await video.getAttribute('poster')).toMatch(/\/r\/[0-9a-f]{32}\/640\.jpg$/);
    expect(await video.getAttribute('preload')).toBe('metadata');
    const ranges: string[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('.mp4')) ranges.push(response.headers()['content-range'] ?? '');
    });
    const frame = await frameAt(17.5);
    expect(frame).toMatchObject({ width: 1280, height: 720 });
    expect(Math.abs(frame.middle - drawn(shadeAt(17)))).toBeLessThan(8);
    const starts = ranges.map((range) => Number(/^bytes (\d+)-/.exec(range)?.[1]));
    expect(Math.max(...starts)).toBeGreaterThan(large.length / 2);
    await video.evaluate((node) => (node as HTMLVideoElement).play());
    await expect
      .poll(() => video.evaluate((node) => (node as HTMLVideoElement).currentTime))
      .toBeGreaterThan(17.6);
    const source = await page.locator('vehicle-media video source').getAttribute('src');
    const served = Buffer.from(await (await fetch(source!)).arrayBuffer());
    for (const trace of CLIP_TRACES) expect(served.includes(trace)).toBe(false);
  });

  it('stands upright when it was held so', async () => {
    await openWith(await clip({ width: 640, height: 368, seconds: 3, rotation: 90 }));
    const { width, height, corners, middle } = await frameAt(1.5);
    expect({ width, height }).toEqual({ width: 368, height: 640 });
    // Turned clockwise, the square of the top left is at the top right.
    expect(corners.topRight).toBeGreaterThan(corners.topLeft + 60);
    expect(Math.abs(corners.topLeft - middle)).toBeLessThan(8);
    expect(Math.abs(middle - drawn(shadeAt(1)))).toBeLessThan(8);
  });

  it('pauses when its slide leaves and when the page is hidden', async () => {
    await openWith(await clip({ seconds: 60, framesPerSecond: 5 }));
    const video = page.locator('vehicle-media video');
    const paused = () => video.evaluate((node) => (node as HTMLVideoElement).paused);
    const play = () => video.evaluate((node) => (node as HTMLVideoElement).play());
    await play();
    await page.getByRole('button', { name: 'Next photo' }).click();
    await expect.poll(paused).toBe(true);
    await page.getByRole('button', { name: 'Previous photo' }).click();
    expect(await paused()).toBe(true);
    await play();
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(paused).toBe(true);
  });

  it('is not turned away while it plays', async () => {
    await openWith(await clip({ seconds: 60, framesPerSecond: 5 }));
    const element = page.locator('vehicle-media');
    const video = page.locator('vehicle-media video');
    const index = () =>
      element.evaluate((it: HTMLElementTagNameMap['vehicle-media']) => it.currentIndex);
    await video.evaluate((node) => (node as HTMLVideoElement).play());
    await element.evaluate((it: HTMLElementTagNameMap['vehicle-media']) => {
      it.interval = 1_000;
      it.play();
    });
    // Three turns of the slideshow later.
    await expect
      .poll(() => video.evaluate((node) => (node as HTMLVideoElement).currentTime))
      .toBeGreaterThan(3.5);
    expect(await index()).toBe(0);
    await video.evaluate((node) => (node as HTMLVideoElement).pause());
    await expect.poll(index).toBe(1);
  });

  it('keeps the arrows while it has the focus, and has no large view', async () => {
    await openWith(await clip({ seconds: 60, framesPerSecond: 5 }));
    const video = page.locator('vehicle-media video');
    await video.focus();
    await page.keyboard.press('ArrowRight');
    const element = page.locator('vehicle-media');
    const index = () =>
      element.evaluate((it: HTMLElementTagNameMap['vehicle-media']) => it.currentIndex);
    expect(await index()).toBe(0);
    expect(await page.locator('vehicle-media [part~=zoom-button]').count()).toBe(0);
    await page.locator('vehicle-media .track').focus();
    await page.keyboard.press('ArrowRight');
    expect(await index()).toBe(1);
    await page.locator('vehicle-media [part~=zoom-button]').waitFor();
  });

  it('that this browser cannot play shows its poster and says so', async () => {
    await openWith(await clip({ profile: 'hevc' }));
    await page.getByText('This video does not play in this browser.').waitFor();
    await page.locator('vehicle-media .slide:not([inert]) img').waitFor();
  });
});

describe('a video in the uploader', () => {
  it('gets a poster out of itself where the browser plays it, and arrives without one where not', async () => {
    const vehicleId = await addVehicle(north.staff);
    page = await browser.newPage({ viewport: { width: 1300, height: 1000 } });
    await page.goto(`${server.url}/staff`);
    await page.getByLabel(/e-?mail/i).fill(north.email);
    await page.getByLabel(/password/i).fill(north.password);
    await page.getByRole('button', { name: /log in/i }).click();
    await page.getByRole('searchbox').waitFor();
    await page.goto(`${server.url}/staff/vehicles/${vehicleId}`);

    const files = {
      'walkaround.mp4': await clip({ width: 320, height: 176, seconds: 4, rotation: 90 }),
      // Of no other test: bytes that are known would come with a poster.
      'hevc.mp4': await clip({ profile: 'hevc', seconds: 3 }),
      'renamed.mp4': Buffer.from('These are no moving pictures. '.repeat(20)),
    };
    const picker = page.locator('vehicle-media input[type=file]').first();
    await picker.setInputFiles(
      Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'video/mp4', buffer })),
    );
    const row = (name: string) => page.locator('vehicle-media [part~=item]', { hasText: name });
    await row('renamed.mp4').getByText('nothing that websites can show').waitFor();
    // Painted once, then the preview has a size.
    await expect
      .poll(() => row('walkaround.mp4').locator('canvas').getAttribute('width'))
      .toBe('128');

    const videos = async () => {
      const { vehicle } = await server.visitor.expect<{
        vehicle: { media: { nodes: { id: string }[] } };
      }>('query ($id: ID!) { vehicle(id: $id) { media { nodes { id } } } }', { id: vehicleId });
      return Promise.all(
        vehicle.media.nodes.map(async ({ id }) => (await readVideo(server.visitor, id))!),
      );
    };
    await expect
      .poll(async () => (await videos()).map(({ poster }) => poster?.width))
      .toEqual([undefined, 176]);
    await page.getByText('Some browsers cannot play this video').waitFor();
    const [, walkaround] = await videos();
    const poster = await fetch(walkaround!.poster!.url);
    const { data } = await sharp(await poster.arrayBuffer())
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const middle = data[Math.floor(320 / 2) * 176 + 88]!;
    expect(Math.abs(middle - drawn(shadeAt(1)))).toBeLessThan(10);
  });
});
