import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
  Worker,
} from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../test/browser.ts';
import { photo as takePhoto } from '../../test/pictures.ts';
import { UploaderPage } from './test/uploader-page.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

const site = new UploaderPage();
let browser: Browser;
let context: BrowserContext;
let page: Page;
let photo: Buffer;

beforeAll(async () => {
  photo = await sharp({ create: { width: 640, height: 480, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  site.pictures.set('photo.jpg', photo);
  [browser] = await Promise.all([launchBrowser(), site.start()]);
});

afterAll(async () => {
  await browser?.close();
  await site.stop();
});

beforeEach(() => site.reset());
afterEach(() => context?.close());

async function open(attributes: string, options: BrowserContextOptions = {}): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  page = await context.newPage();
  await page.addInitScript(() => {
    const log: string[] = [];
    Object.assign(globalThis, { log });
    const names =
      'file-add file-reject duplicate upload-start upload-retry upload-success upload-error uploads-complete before-reorder before-remove';
    for (const name of names.split(' ')) {
      addEventListener(`vm-${name}`, (event) => log.push(event.type));
    }
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      log.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  await page.goto(site.url(attributes));
  await element('.uploader').waitFor();
}

const element = (selector: string): Locator => page.locator(`vehicle-media ${selector}`);
/** Waits for what a value becomes. */
const soon = <T>(read: () => T) => expect.poll(read);
const logged = (): Promise<string[]> => page.evaluate('log');
const row = (name: string): Locator => element('.row').filter({ hasText: name });

/** Bytes that no other file has: what follows a JPEG's end is ignored. */
function file(name: string, padding = 0): { name: string; mimeType: string; buffer: Buffer } {
  const buffer = Buffer.concat([photo, Buffer.from(name), Buffer.alloc(padding)]);
  return { name, mimeType: 'image/jpeg', buffer };
}

const choose = (...files: ReturnType<typeof file>[]): Promise<void> =>
  element('input.picker').setInputFiles(files);

function seed(...names: string[]): void {
  for (const name of names) site.api.seed(name, site.pictureUrl('photo.jpg'), 640, 480);
}

const shown = (): Promise<(string | undefined)[]> =>
  page.evaluate(() =>
    [...(document.querySelector('vehicle-media')?.shadowRoot?.querySelectorAll('.card') ?? [])].map(
      (card) => (card as HTMLElement).dataset['id'],
    ),
  );
const ids = (): string[] => site.api.media.map(({ id }) => id);

async function violations(): Promise<unknown[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations: found } = await axe.run();
    return found.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
  });
}

describe('uploading', () => {
  it('brings chosen photos to the store byte for byte, hashed in a worker of another origin', async () => {
    site.policy = `require-trusted-types-for 'script'; trusted-types lit-html vehicle-media; worker-src blob:`;
    const workers: Worker[] = [];
    await open('mode="upload"');
    page.on('worker', (worker) => workers.push(worker));
    const files = [file('VIN-10.jpg'), file('VIN-2.jpg', 2_000_000)];
    await choose(...files);
    await soon(() => element('.row.ready').count()).toBe(2);
    const stored = [...site.store.stored.values()];
    for (const { buffer } of files) {
      expect(stored.filter((bytes) => bytes.equals(buffer))).toHaveLength(1);
    }
    // One that could not start would be gone.
    const [answers] = await Promise.all(
      workers.map((worker) => worker.evaluate(() => typeof Reflect.get(globalThis, 'onmessage'))),
    );
    expect(answers).toBe('function');
    expect(site.api.media.map(({ original }) => original.fileName)).toEqual([
      'VIN-2.jpg',
      'VIN-10.jpg',
    ]);
    expect(await logged()).toEqual([
      'vm-file-add',
      'vm-upload-start',
      'vm-upload-start',
      'vm-upload-success',
      'vm-upload-success',
      'vm-uploads-complete',
    ]);
  });

  it('works where the page forbids workers, WebAssembly and styles of its own', async () => {
    const { embedOrigin } = site;
    site.policy = `default-src 'none'; script-src ${embedOrigin}; style-src data:; img-src ${embedOrigin}; connect-src http://127.0.0.1:*`;
    await open('mode="manage"');
    await choose(file('1.jpg', 300_000));
    await element('.row.ready').waitFor();
    expect(site.store.stored.size).toBe(1);
    const refused = (await logged()).filter((line) => !line.startsWith('vm-'));
    for (const line of refused) expect(line).toMatch(/^(worker-src blob|script-src wasm-eval)/);
  });

  it('says of each file that cannot be taken why, and what to do', async () => {
    await open('mode="upload" max-files="4"');
    const heic = [0, 0, 0, 24, ...Buffer.from('ftypheic'), 0, 0, 0, 0, ...Buffer.from('mif1heic')];
    await choose(
      { name: 'a.heic', mimeType: 'image/heic', buffer: Buffer.from(heic) },
      { name: 'b.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') },
      { name: 'c.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) },
      file('d.jpg'),
      file('e.jpg'),
    );
    await soon(() => row('a.heic').innerText()).toContain('Most Compatible');
    expect(await row('b.svg').innerText()).toContain(
      'Choose a JPEG, PNG, WebP or AVIF photo, or an MP4 video.',
    );
    expect(await row('c.jpg').innerText()).toContain('This file is empty.');
    expect(await row('e.jpg').innerText()).toContain('At most 4 files are taken here.');
    await soon(() => row('d.jpg').innerText()).toContain('Ready');
    expect((await logged()).filter((line) => line === 'vm-file-reject')).toHaveLength(4);
    expect(site.store.begun).toEqual(['d.jpg']);
    expect(await violations()).toEqual([]);
  });

  it('refuses what the page’s own rule refuses, and sends what the page makes of a file', async () => {
    await open('mode="upload"');
    await page.evaluate(() => {
      Object.assign(document.querySelector('vehicle-media') as object, {
        validators: [(f: File) => (f.name.startsWith('x') ? 'No names with x.' : null)],
        transformFile: (f: File) => new File([f, 'stamped'], `stamped-${f.name}`),
      });
    });
    await choose(file('x.jpg'), file('y.jpg'));
    await row('y.jpg').locator('.tick').waitFor();
    expect(await row('x.jpg').innerText()).toContain('No names with x.');
    const [stored] = [...site.store.stored.values()];
    expect(stored?.subarray(-7).toString()).toBe('stamped');
    expect(site.api.media[0]?.original.fileName).toBe('stamped-y.jpg');
  });

  it.each([
    ['takes the place out of a photo before it is sent', '', false],
    ['leaves it in with keep-location', 'keep-location', true],
  ])(
    '%s',
    async (_, attribute, kept) => {
      const gps = { latitude: 48.137154, longitude: 11.576124 };
      const { bytes: buffer } = await takePhoto({ width: 64, height: 48, seed: 1, gps });
      await open(`mode="upload" ${attribute}`);
      await choose({ name: '1.jpg', mimeType: 'image/jpeg', buffer });
      await element('.row.ready').waitFor();
      const [stored] = [...site.store.stored.values()];
      expect(stored?.equals(buffer)).toBe(kept);
      expect(stored?.includes('SERIAL-0042')).toBe(kept);
    },
    60_000,
  );

  it('shows a failure with a button that tries again', async () => {
    site.store.plan = () => ({ kind: 'status', status: 403 });
    await open('mode="upload"');
    await choose(file('1.jpg'));
    const again = page.getByRole('button', { name: 'Try again: 1.jpg' });
    await again.waitFor();
    expect(await row('1.jpg').innerText()).toContain('The storage did not take this file.');
    await soon(() => element('[aria-live]').innerText()).toContain('1.jpg: The storage');
    expect(await violations()).toEqual([]);
    site.store.plan = () => ({ kind: 'take' });
    await again.click();
    await element('.row.ready').waitFor();
    expect((await logged()).slice(-2)).toEqual(['vm-upload-success', 'vm-uploads-complete']);
  });

  it('pauses, resumes and cancels, and asks before the page is left', async () => {
    site.store.plan = () => ({ kind: 'slow', restMs: 60 });
    await open('mode="upload" concurrency="1"');
    await choose(file('1.jpg', 9_000_000), file('2.jpg', 9_000_000));
    const asks = (): Promise<boolean> =>
      page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
    await soon(() => row('1.jpg').innerText()).toContain('Uploading');
    await soon(() => element('.overall').innerText()).toMatch(/Uploading 1 of 2\s+.*MB of 18 MB/);
    expect(await asks()).toBe(true);
    await page.getByRole('button', { name: 'Pause 2.jpg' }).click();
    await soon(() => row('2.jpg').innerText()).toContain('Paused');
    await page.getByRole('button', { name: 'Resume 2.jpg' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await soon(() => row('1.jpg').innerText()).toContain('Paused');
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Cancel 2.jpg' }).click();
    site.store.plan = () => ({ kind: 'take' });
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await element('.row.ready').waitFor();
    expect(await element('.row').count()).toBe(1);
    expect(await asks()).toBe(false);
    expect([...site.api.uploads.values()].map(({ status }) => status).sort()).toEqual([
      'CANCELLED',
      'COMPLETED',
    ]);
  });

  it('takes files dropped anywhere on it, and clears its mark when they leave', async () => {
    await open('mode="manage"');
    const drag = (type: string, x: number, y: number): Promise<void> =>
      page.evaluate(
        ([name, clientX, clientY]) => {
          const host = document.querySelector('vehicle-media') as HTMLElement;
          const dataTransfer = new DataTransfer();
          const bytes = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
          dataTransfer.items.add(new File([bytes], 'dropped.jpg'));
          host.dispatchEvent(
            new DragEvent(name as string, {
              bubbles: true,
              cancelable: true,
              dataTransfer,
              clientX: clientX as number,
              clientY: clientY as number,
            }),
          );
        },
        [type, x, y] as const,
      );
    await drag('dragenter', 300, 200);
    await element('.drop-here').waitFor();
    await drag('dragleave', 0, 0);
    await element('.drop-here').waitFor({ state: 'detached' });
    await drag('dragover', 300, 200);
    await drag('drop', 300, 200);
    await row('dropped.jpg').waitFor();
    expect(await element('.drop-here').count()).toBe(0);
  });

  it('takes the files of a dropped folder, folder by folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dropped-'));
    for (const path of ['b/10.jpg', 'b/2.jpg', 'a/3.jpg', 'a/.hidden.jpg']) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), file(path).buffer);
    }
    await open('mode="upload"');
    const box = await element('.drop').boundingBox();
    const session = await context.newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', {
        type,
        x: (box?.x ?? 0) + 50,
        y: (box?.y ?? 0) + 50,
        data: { items: [], files: [folder], dragOperationsMask: 1 },
      });
    }
    await soon(() => element('.row.ready').count()).toBe(3);
    expect(site.api.media.map(({ original }) => original.fileName)).toEqual([
      '3.jpg',
      '2.jpg',
      '10.jpg',
    ]);
    await rm(folder, { recursive: true });
  });

  it('takes pasted pictures', async () => {
    await open('mode="upload"');
    await element('.drop').click();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array([0xff, 0xd8, 0xff, 7])], 'image.png'));
      const init = { bubbles: true, composed: true, cancelable: true, clipboardData };
      document
        .querySelector('vehicle-media')
        ?.shadowRoot?.activeElement?.dispatchEvent(new ClipboardEvent('paste', init));
    });
    await soon(() => row('image.png').innerText()).toContain('Ready');
  });

  it('takes nothing while the page says no, or it is disabled', async () => {
    await open('mode="upload"');
    await page.evaluate(() => addEventListener('vm-file-add', (event) => event.preventDefault()));
    await choose(file('1.jpg'));
    await page.evaluate(() => {
      const media = document.querySelector('vehicle-media') as HTMLElement & {
        addFiles(files: File[]): void;
      };
      media.setAttribute('disabled', '');
      media.addFiles([new File(['1'], '1.jpg')]);
    });
    expect(await logged()).toEqual(['vm-file-add']);
    expect(await element('.row').count()).toBe(0);
  });
});

describe('managing', () => {
  it('is done by keyboard alone: sort, describe, remove, undo', async () => {
    seed('a', 'b', 'c', 'd');
    const [a, b, c, d] = ids();
    await open('mode="manage"');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => {
        const active = document.querySelector('vehicle-media')?.shadowRoot?.activeElement;
        const card = active?.closest<HTMLElement>('.card')?.dataset['id'];
        return `${card} ${(active as HTMLElement)?.dataset['control']}`;
      });
    for (let tab = 0; tab < 10 && (await focused()) !== `${a} photo`; tab += 1) {
      await page.keyboard.press('Tab');
    }
    expect(await focused()).toBe(`${a} photo`);

    await page.keyboard.press('ArrowRight');
    await soon(focused).toBe(`${b} photo`);
    await page.keyboard.press('Alt+ArrowRight');
    await soon(ids).toEqual([a, c, b, d]);
    await soon(focused).toBe(`${b} photo`);
    await soon(() => element('[aria-live]').innerText()).toBe('Moved to 3 of 4.');

    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await soon(ids).toEqual([b, a, c, d]);
    expect(await element('.card').first().innerText()).toContain('Main photo');
    expect(await shown()).toEqual(ids());

    await page.keyboard.press('Tab');
    await page.keyboard.type('Front left');
    await page.keyboard.press('Enter');
    await soon(() => site.api.media[0]?.alt).toBe('Front left');
    await page.keyboard.type(' and more');
    await page.keyboard.press('Escape');
    expect(await element('.card .alt').first().inputValue()).toBe('Front left');

    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Delete');
    await soon(ids).toEqual([a, c, d]);
    await soon(focused).toBe(`${a} photo`);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await soon(ids).toEqual([b, a, c, d]);
    await soon(focused).toBe(`${b} photo`);

    await page.keyboard.press('Delete');
    await soon(ids).toEqual([a, c, d]);
    await page.keyboard.press('Control+z');
    await soon(ids).toEqual([b, a, c, d]);
  });

  it('moves photos with buttons, which keep the focus', async () => {
    seed('a', 'b', 'c');
    const [a, b, c] = ids();
    await open('mode="manage"');
    await page.getByRole('button', { name: 'Move photo 1 later' }).click();
    await soon(ids).toEqual([b, a, c]);
    await page.keyboard.press('Enter');
    await soon(ids).toEqual([b, c, a]);
    await page.getByRole('button', { name: 'Make photo 3 the first' }).click();
    await soon(ids).toEqual([a, b, c]);
    await page.getByRole('button', { name: 'Make photo 1 the last' }).click();
    await soon(ids).toEqual([b, c, a]);
    expect(await shown()).toEqual(ids());
  });

  it('moves a photo by dragging it, and leaves it on Escape', async () => {
    seed('a', 'b', 'c', 'd');
    const [a, b, c, d] = ids();
    await open('mode="manage"');
    const drag = async (from: number, to: number): Promise<void> => {
      const source = await element('.card .photo').nth(from).boundingBox();
      const target = await element('.card .photo').nth(to).boundingBox();
      if (!source || !target) throw new Error('Not drawn.');
      await page.mouse.move(source.x + 80, source.y + 90);
      await page.mouse.down();
      await page.mouse.move(source.x + 90, source.y + 100);
      await page.mouse.move(target.x + target.width - 20, target.y + 90, { steps: 4 });
      await element('.mark-after').waitFor();
    };
    await drag(0, 2);
    await page.mouse.up();
    await soon(ids).toEqual([b, c, a, d]);
    await soon(shown).toEqual(ids());
    expect(await element('.grabbed').count()).toBe(0);
    await drag(0, 3);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await shown()).toEqual([b, c, a, d]);
  });

  it('keeps what is being typed while others change the gallery', async () => {
    seed('a', 'b', 'c');
    const [a, b, c] = ids();
    await open('mode="manage"');
    await element('.alt').nth(2).click();
    await page.keyboard.type('Rear ');
    site.api.media.reverse();
    site.api.mediaVersion += 1;
    for (const [index, media] of site.api.media.entries()) media.position = index;
    await page.evaluate(() =>
      (
        document.querySelector('vehicle-media') as unknown as { refresh(): Promise<void> }
      ).refresh(),
    );
    await soon(shown).toEqual([c, b, a]);
    await page.keyboard.type('seats');
    await page.keyboard.press('Enter');
    await soon(() => site.api.media[0]?.alt).toBe('Rear seats');
    expect(site.api.calls).toEqual(['updateMedia']);
  });

  it('takes back a description that is not saved, and says why', async () => {
    seed('a');
    await open('mode="manage"');
    site.api.refuse = () => ({ code: 'INVALID_INPUT', message: 'That is not a description.' });
    await element('.alt').fill('nonsense');
    await page.keyboard.press('Enter');
    await soon(() => element('.card .problem').innerText()).toBe(
      'The description was not saved. That is not a description.',
    );
    expect(await element('.alt').inputValue()).toBe('');
  });

  it('shows a photo that failed, and has it prepared again', async () => {
    seed('a', 'b');
    const media = site.api.media[1];
    const errors = [{ code: 'DECODE_FAILED', message: 'The picture is damaged.', retryable: true }];
    if (media) Object.assign(media, { status: 'FAILED', renditions: [], errors });
    await open('mode="manage"');
    expect(await element('.card').nth(1).innerText()).toContain('The picture is damaged.');
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Try again: photo 2' }).click();
    await soon(() => element('.card[data-status=READY]').count()).toBe(2);
  });

  it('offers undo for ten seconds, and for as long as it has the focus', async () => {
    seed('a', 'b', 'c');
    await open('mode="manage"');
    await page.clock.install();
    await page.getByRole('button', { name: 'Remove photo 2' }).click();
    await element('.toast').waitFor();
    await page.clock.runFor(9_000);
    expect(await element('.toast').count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.clock.runFor(60_000);
    expect(await element('.toast').count()).toBe(1);
    await page.mouse.move(0, 0);
    await element('.alt').first().focus();
    await page.clock.runFor(10_100);
    await element('.toast').waitFor({ state: 'detached' });
    expect(ids()).toHaveLength(2);
  });

  it('leaves a photo that the page wants to keep', async () => {
    seed('a', 'b');
    await open('mode="manage"');
    await page.evaluate(() => {
      for (const name of ['vm-before-remove', 'vm-before-reorder']) {
        addEventListener(name, (event) => event.preventDefault());
      }
    });
    await page.getByRole('button', { name: 'Remove photo 1' }).click();
    await page.getByRole('button', { name: 'Move photo 1 later' }).click();
    expect(await logged()).toEqual(['vm-before-remove', 'vm-before-reorder']);
    expect(await shown()).toEqual(ids());
    expect(site.api.calls).toEqual([]);
  });
});

describe.each([
  ['light', 1200, 'en'],
  ['dark', 1200, 'en'],
  ['light', 360, 'en'],
  ['dark', 360, 'ar'],
] as const)('in %s, %i pixels wide, in %s', (colorScheme, width, lang) => {
  it('has no accessibility violation and no target under 44 pixels, and nothing is cut off', async () => {
    seed('a', 'b', 'c');
    const dir = lang === 'ar' ? 'rtl' : 'ltr';
    await open(`mode="manage" capture lang="${lang}" dir="${dir}"`, {
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width, height: 800 },
    });
    await choose(file('1M8GDM9AXKP042788 exterior, front three quarter left.jpg'));
    await element('.row.ready').waitFor();
    await element('[data-control=remove]').nth(1).click();
    await element('.toast').waitFor();
    expect(await violations()).toEqual([]);
    const small = await page.evaluate(() =>
      [...(document.querySelector('vehicle-media')?.shadowRoot?.querySelectorAll('button') ?? [])]
        .map((button) => [button.className, button.getBoundingClientRect()] as const)
        .filter(([, box]) => box.width < 44 || box.height < 44)
        .map(([name, box]) => `${name} ${box.width} x ${box.height}`),
    );
    expect(small).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
});
