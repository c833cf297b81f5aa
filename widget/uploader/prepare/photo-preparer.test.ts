import { expect, it } from 'vitest';
import sharp from 'sharp';
import { photo } from '../../../test/pictures.ts';
import { WorkerUnavailable } from '../worker/worker-pool.ts';
import { PhotoPreparer, type PhotoTools } from './photo-preparer.ts';

const { signal } = new AbortController();
const rules = { keepLocation: false, maxSide: null };
const smaller = new Blob(['smaller'], { type: 'image/jpeg' });
const noWorkers: PhotoTools['scaleInWorker'] = async () => {
  throw new WorkerUnavailable('The page forbids workers.');
};

async function located(name: string): Promise<File> {
  const gps = { latitude: 48.1, longitude: 11.5 };
  const { bytes } = await photo({ width: 64, height: 48, seed: 1, gps });
  return new File([new Uint8Array(bytes)], name, { lastModified: 7 });
}
const text = (file: Blob): Promise<string> => file.text();

it('sends the scaled JPEG under the photo’s name and date', async () => {
  const preparer = new PhotoPreparer({ scaleInWorker: async () => smaller });
  const chosen = new File(['png'], 'front.left.PNG', { lastModified: 7 });
  const { file, type } = await preparer.prepare(chosen, 'image/png', rules, signal);
  expect([file.name, file.type, file.lastModified, type]).toEqual([
    'front.left.jpg',
    'image/jpeg',
    7,
    'image/jpeg',
  ]);
  expect(await text(file)).toBe('smaller');
});

it('sends the photo as it is, without its location, where there is nothing to scale or no worker', async () => {
  for (const scaleInWorker of [async () => null, noWorkers]) {
    const chosen = await located('front.jpg');
    const preparer = new PhotoPreparer({ scaleInWorker });
    const { file, type } = await preparer.prepare(chosen, 'image/jpeg', rules, signal);
    expect([file.name, type]).toEqual(['front.jpg', 'image/jpeg']);
    expect(await text(file)).not.toContain('SERIAL-0042');
    const pixels = async (of: Blob) =>
      sharp(await of.arrayBuffer())
        .raw()
        .toBuffer();
    expect(await pixels(file)).toEqual(await pixels(chosen));
  }
});

it('asks for no scaling where the page wants none, or wants the location kept', async () => {
  const chosen = await located('front.jpg');
  const preparer = new PhotoPreparer({ scaleInWorker: async () => smaller });
  const whole = { keepLocation: false, maxSide: Infinity };
  const kept = { keepLocation: true, maxSide: null };
  const cleaned = await preparer.prepare(chosen, 'image/jpeg', whole, signal);
  expect(cleaned.file.size).toBe(chosen.size);
  expect((await preparer.prepare(chosen, 'image/jpeg', kept, signal)).file).toBe(chosen);
});

it('makes a JPEG of a HEIC photo, in the worker or with what the page decodes', async () => {
  const heic = new File(['heic'], 'IMG_0042.HEIC');
  const inWorker = new PhotoPreparer({ scaleInWorker: async () => smaller });
  for (const keepLocation of [false, true]) {
    const own = { maxSide: Infinity, keepLocation };
    const { file, type } = await inWorker.prepare(heic, 'image/heic', own, signal);
    expect([file.name, type]).toEqual(['IMG_0042.jpg', 'image/jpeg']);
  }
});

it('says of a HEIC photo that cannot be decoded that it is one', async () => {
  for (const scaleInWorker of [async () => null, noWorkers]) {
    const preparer = new PhotoPreparer({
      scaleInWorker,
      decodeOnPage: async () => {
        throw new DOMException('The source image cannot be decoded.', 'EncodingError');
      },
    });
    await expect(
      preparer.prepare(new File(['heic'], 'a.heic'), 'image/heic', rules, signal),
    ).rejects.toMatchObject({ code: 'HEIC', retryable: false });
  }
});

it('ends with the signal, and tries nothing else', async () => {
  const stop = new AbortController();
  const preparer = new PhotoPreparer({
    scaleInWorker: async (_, { reason }) => {
      throw reason;
    },
  });
  stop.abort(new Error('Cancelled.'));
  await expect(
    preparer.prepare(await located('a.jpg'), 'image/jpeg', rules, stop.signal),
  ).rejects.toThrow('Cancelled.');
});
