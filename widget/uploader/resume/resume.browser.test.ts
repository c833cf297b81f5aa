import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../../test/browser.ts';
import { clip } from '../../../test/clips.ts';
import { photo as takePhoto } from '../../../test/pictures.ts';
import { UploaderPage } from '../test/uploader-page.ts';

const site = new UploaderPage();
const forever = new Promise<void>(() => undefined);
let browser: Browser;
let context: BrowserContext;
let photo: Buffer;

beforeAll(async () => {
  photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  [browser] = await Promise.all([launchBrowser(), site.start()]);
});

afterAll(async () => {
  await browser?.close();
  await site.stop();
});

beforeEach(async () => {
  await site.reset();
  context = await browser.newContext();
});
afterEach(() => context.close());

async function open(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.url('mode="upload"'));
  await page.locator('vehicle-media .uploader').waitFor();
  return page;
}

const row = (page: Page, name: string): Locator =>
  page.locator('vehicle-media .row').filter({ hasText: name });
const says = (page: Page, name: string) => expect.poll(() => row(page, name).innerText());

/** Bytes that no other file has: what follows a JPEG's end is ignored. */
function file(name: string, padding = 400_000): { name: string; mimeType: string; buffer: Buffer } {
  const buffer = Buffer.concat([photo, Buffer.from(name), Buffer.alloc(padding)]);
  return { name, mimeType: 'image/jpeg', buffer };
}

const choose = (page: Page, ...files: ReturnType<typeof file>[]): Promise<void> =>
  page.locator('vehicle-media input.picker').setInputFiles(files);

/** Holds what a page sends to so many bytes a second, until it is detached. */
async function throttle(page: Page, bytesPerSecond: number): Promise<CDPSession> {
  const session = await context.newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
  return session;
}

function storedBytes(): Buffer[] {
  return [...site.store.stored.values()];
}

/** What the origin's database holds. */
const kept = (page: Page): Promise<number[]> =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('vehicle-media');
      request.onsuccess = () => resolve(request.result);
    });
    const counts = [...database.objectStoreNames].map(
      (store) =>
        new Promise<number>((resolve) => {
          const request = database.transaction(store).objectStore(store).count();
          request.onsuccess = () => resolve(request.result);
        }),
    );
    database.close();
    return Promise.all(counts);
  });

describe('uploads outlive their page', () => {
  it('goes on by itself after a reload, with the tickets it had, and keeps nothing in the end', async () => {
    site.store.plan = () => ({ kind: 'held', until: forever });
    const page = await open();
    const files = [file('1.jpg'), file('2.jpg'), file('3.jpg')];
    await choose(page, ...files);
    await says(page, '1.jpg').toContain('Uploading');
    await page.getByRole('button', { name: 'Pause 3.jpg' }).click();
    await says(page, '3.jpg').toContain('Paused');
    const element = page.locator('vehicle-media');
    await element.evaluate((node) => node.setAttribute('mode', 'view'));
    await expect.poll(() => page.locator('vehicle-media .row').count()).toBe(0);
    await element.evaluate((node) => node.setAttribute('mode', 'upload'));
    await says(page, '1.jpg').toContain('Uploading');
    site.store.plan = () => ({ kind: 'take' });
    await page.reload();
    await says(page, '1.jpg').toContain('Ready');
    await says(page, '2.jpg').toContain('Ready');
    await says(page, '3.jpg').toContain('Paused');
    await page.getByRole('button', { name: 'Resume 3.jpg' }).click();
    await says(page, '3.jpg').toContain('Ready');
    expect(site.api.uploads.size).toBe(3);
    for (const { buffer } of files) {
      expect(storedBytes().filter((bytes) => bytes.equals(buffer))).toHaveLength(1);
    }
    await expect.poll(() => kept(page)).toEqual([0, 0, 0]);
  });

  it('sends the picture of a video that its page did not live to send', async () => {
    site.store.plan = (name) =>
      name.endsWith('.jpg') ? { kind: 'held', until: forever } : { kind: 'take' };
    const page = await open();
    await choose(page, { name: 'clip.mp4', mimeType: 'video/mp4', buffer: await clip() });
    await expect.poll(() => site.store.begun).toEqual(['clip.mp4', 'clip.jpg']);
    site.store.plan = () => ({ kind: 'take' });
    await page.reload();
    await says(page, 'clip.mp4').toContain('Ready');
    expect(site.api.media.map(({ renditions }) => renditions.length)).toEqual([1]);
    expect(site.store.begun).toEqual(['clip.mp4', 'clip.jpg', 'clip.jpg']);
    expect(site.api.uploads.size).toBe(2);
    await expect.poll(() => kept(page)).toEqual([0, 0, 0]);
  });

  it('is no business of another person at the same browser', async () => {
    site.store.plan = () => ({ kind: 'held', until: forever });
    const page = await open();
    await choose(page, file('1.jpg'));
    await says(page, '1.jpg').toContain('Uploading');
    site.api.userId = 'somebody else';
    await page.reload();
    await page.locator('vehicle-media .uploader').waitFor();
    site.store.plan = () => ({ kind: 'take' });
    await choose(page, file('2.jpg', 10));
    await says(page, '2.jpg').toContain('Ready');
    expect(await page.locator('vehicle-media .row').count()).toBe(1);
    site.api.userId = 'user';
    await page.reload();
    await says(page, '1.jpg').toContain('Ready');
  });

  it('sends a large file once, however often its page is reloaded', async () => {
    const PART = 500_000;
    site.api.partSize = PART;
    const page = await open();
    const pace = await throttle(page, 3_000_000);
    const large = file('1.jpg', 20 * PART);
    await choose(page, large);
    for (const part of [4, 9, 15]) {
      await expect.poll(() => site.store.begun).toContain(`1.jpg#${part}`);
      await page.reload();
    }
    await pace.detach();
    await says(page, '1.jpg').toContain('Ready');
    expect(storedBytes().map((bytes) => bytes.equals(large.buffer))).toEqual([true]);
    expect(site.store.begun.length - new Set(site.store.begun).size).toBeLessThanOrEqual(3);
    expect(site.store.receivedBytes).toBeLessThanOrEqual(large.buffer.length + 3 * PART);
    expect(site.api.uploads.size).toBe(1);
  });

  it.each([
    ['by Web Locks', true],
    ['where there are none', false],
  ])('has one owner among the tabs, and another when that is gone: %s', async (_, locks) => {
    if (!locks) {
      await context.addInitScript(() =>
        Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }),
      );
    }
    const PART = 500_000;
    site.api.partSize = PART;
    const first = await open();
    const second = await open();
    await throttle(first, 3_000_000);
    const large = file('1.jpg', 10 * PART);
    await choose(first, large);
    await says(second, '1.jpg').toMatch(/Uploading in another tab, [1-9]/);
    expect(new Set(site.store.begun).size).toBe(site.store.begun.length);
    await first.close();
    await says(second, '1.jpg').toContain('Ready');
    expect(site.store.begun.length - new Set(site.store.begun).size).toBeLessThanOrEqual(1);
    expect(storedBytes().map((bytes) => bytes.equals(large.buffer))).toEqual([true]);
    expect(site.api.uploads.size).toBe(1);
  });

  it('shows in every tab what one has brought there', async () => {
    let release: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    site.store.plan = () => ({ kind: 'held', until });
    const first = await open();
    const second = await open();
    await choose(first, file('1.jpg'));
    await says(second, '1.jpg').toContain('Uploading in another tab');
    release();
    await says(first, '1.jpg').toContain('Ready');
    await expect
      .poll(() => row(second, '1.jpg').allInnerTexts())
      .not.toContain(expect.stringContaining('another tab'));
    expect(site.store.begun).toEqual(['1.jpg']);
  });

  it('reads each file of another tab once, however many come', async () => {
    site.store.plan = () => ({ kind: 'held', until: forever });
    const first = await open();
    await choose(first, file('0.jpg'));
    await says(first, '0.jpg').toContain('Uploading');
    await context.addInitScript(() => {
      const { get } = IDBObjectStore.prototype;
      Object.assign(globalThis, { reads: [] });
      IDBObjectStore.prototype.get = function (key) {
        if (this.name === 'bytes') (globalThis as unknown as { reads: unknown[] }).reads.push(key);
        return get.call(this, key);
      };
    });
    const second = await open();
    await says(second, '0.jpg').toContain('another tab');
    for (const name of ['1.jpg', '2.jpg', '3.jpg']) {
      await choose(first, file(name));
      await says(second, name).toContain('another tab');
    }
    const reads = await second.evaluate('reads');
    expect(reads).toHaveLength(4);
    expect(new Set(reads as string[]).size).toBe(4);
  });

  it('asks for a file again whose bytes could not be kept, and goes on with its ticket', async () => {
    await context.addInitScript(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...values) {
        if (this.name === 'bytes') throw new DOMException('Full.', 'QuotaExceededError');
        return put.apply(this, values);
      };
    });
    site.store.plan = () => ({ kind: 'held', until: forever });
    const page = await open();
    await choose(page, file('1.jpg'));
    await says(page, '1.jpg').toContain('Uploading');
    site.store.plan = () => ({ kind: 'take' });
    await page.reload();
    await says(page, '1.jpg').toContain('Choose it again');
    await choose(page, file('1.jpg'));
    await says(page, '1.jpg').toContain('Ready');
    expect(site.api.uploads.size).toBe(1);
  });

  describe('of a dropped file that has no room in the database', () => {
    /** Begins like a video, so that it is sent as it is. */
    const video = (filling: string): Buffer =>
      Buffer.from(`\0\0\0\x18ftypisom\0\0\0\0isommp42${filling.repeat(300_000)}`);

    beforeEach(async () => {
      site.api.partSize = 100_000;
      site.store.plan = (name) =>
        /^clip(#3)?$/.test(name) ? { kind: 'held', until: forever } : { kind: 'take' };
      await context.addInitScript(() => {
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...values) {
          if (this.name === 'bytes') throw new DOMException('Full.', 'QuotaExceededError');
          return put.apply(this, values);
        };
        // A drop that a script makes has no handles, but the origin's own folder does.
        DataTransferItem.prototype.getAsFileSystemHandle = async () => {
          const folder = await navigator.storage.getDirectory();
          return folder.getFileHandle('clip');
        };
      });
    });

    async function write(page: Page, bytes: Buffer): Promise<void> {
      site.pictures.set('clip', bytes);
      await page.evaluate(async (url) => {
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle('clip', { create: true });
        const stream = await handle.createWritable();
        await stream.write(await (await fetch(url)).blob());
        await stream.close();
      }, site.pictureUrl('clip'));
    }

    /** Drops it, and leaves the page once so much was sent. */
    async function dropAndLeave(page: Page, bytes: Buffer, sent = 'clip#3'): Promise<void> {
      await write(page, bytes);
      await page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory();
        const file = await (await folder.getFileHandle('clip')).getFile();
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(file);
        const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
        document.querySelector('vehicle-media')?.dispatchEvent(drop);
      });
      await expect.poll(() => site.store.begun).toContain(sent);
      await page.goto('about:blank');
      site.store.plan = () => ({ kind: 'take' });
    }

    it('goes on by itself where the browser may read the file', async () => {
      const page = await open();
      await dropAndLeave(page, video('a'));
      await page.goBack();
      await says(page, 'clip').toContain('Ready');
      expect(storedBytes().map((bytes) => bytes.equals(video('a')))).toEqual([true]);
      expect(site.store.begun.filter((name) => name === 'clip#1')).toHaveLength(1);
      expect(site.api.uploads.size).toBe(1);
      await expect.poll(() => kept(page)).toEqual([0, 0, 0]);
    });

    it('prepares a photo again, and goes on with its ticket', async () => {
      const gps = { latitude: 48.137154, longitude: 11.576124 };
      const { bytes } = await takePhoto({ width: 64, height: 48, seed: 1, gps });
      const page = await open();
      await dropAndLeave(page, bytes, 'clip');
      await page.goBack();
      await says(page, 'clip').toContain('Ready');
      expect(storedBytes().map((stored) => stored.includes('SERIAL-0042'))).toEqual([false]);
      expect(site.api.uploads.size).toBe(1);
    });

    it('sends the file anew, whole, when it was changed meanwhile', async () => {
      const page = await open();
      await dropAndLeave(page, video('a'));
      const other = await context.newPage();
      await other.goto(site.url('mode="view"'));
      await write(other, video('b'));
      await page.goBack();
      await says(page, 'clip').toContain('Ready');
      const uploads = [...site.api.uploads.values()];
      expect(uploads.map(({ status }) => status)).toEqual(['CANCELLED', 'COMPLETED']);
      expect(site.store.stored.get(uploads[1]?.id ?? '')?.equals(video('b'))).toBe(true);
    });

    it('asks on a click for leave to read the file, and goes on with its ticket', async () => {
      await context.addInitScript(() => {
        let permission: PermissionState = 'prompt';
        Object.assign(FileSystemHandle.prototype, {
          queryPermission: async () => permission,
          requestPermission: async () => {
            if (navigator.userActivation.isActive) permission = 'granted';
            return permission;
          },
        });
      });
      const page = await open();
      await dropAndLeave(page, video('a'));
      await page.goBack();
      await says(page, 'clip').toContain('Choose it again');
      await page.getByRole('button', { name: 'Try again: clip' }).click();
      await says(page, 'clip').toContain('Ready');
      expect(storedBytes().map((bytes) => bytes.equals(video('a')))).toEqual([true]);
      expect(site.api.uploads.size).toBe(1);
    });
  });

  it('waits without a network, says so, and goes on when there is one', async () => {
    site.store.plan = () => ({ kind: 'slow', restMs: 100 });
    const page = await open();
    await context.setOffline(true);
    // What sends files has not been loaded by then.
    await choose(page, file('1.jpg', 8_000_000));
    await says(page, '1.jpg').toContain('No network.');
    await context.setOffline(false);
    await says(page, '1.jpg').toContain('Uploading');
    await context.setOffline(true);
    await says(page, '1.jpg').toContain('No network.');
    site.store.plan = () => ({ kind: 'take' });
    await context.setOffline(false);
    await says(page, '1.jpg').toContain('Ready');
    expect(site.api.uploads.size).toBe(1);
  });
});
