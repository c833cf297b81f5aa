import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { checkFile, isAccepted } from './check-file.ts';

const limits = { image: 1_000_000, video: 1_000_000 };
const pixels = { create: { width: 8, height: 8, channels: 3, background: 'teal' } } as const;

describe('checkFile', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('knows %s by its bytes', async (format) => {
    const bytes = await sharp(pixels).toFormat(format).toBuffer();
    const file = new File([new Uint8Array(bytes)], 'no-extension', { type: '' });
    expect(await checkFile(file, limits)).toBe(`image/${format}`);
  });

  it.each(['isom', 'mp42', 'avc1', 'M4V '])('knows an MP4 of the brand %s', async (brand) => {
    const bytes = [0, 0, 0, 20, ...ascii(`ftyp${brand}`), 0, 0, 0, 0, ...ascii('isom')];
    const file = new File([new Uint8Array(bytes)], 'a', { type: '' });
    expect(await checkFile(file, limits)).toBe('video/mp4');
  });

  it('holds videos to a limit of their own', async () => {
    const bytes = new Uint8Array([0, 0, 0, 20, ...ascii('ftypmp42'), ...Array(80).fill(0)]);
    const file = new File([bytes], 'a.mp4');
    expect(await checkFile(file, { image: 50, video: 100 })).toBe('video/mp4');
    await expect(checkFile(file, { image: 100, video: 50 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      data: { limitBytes: 50 },
    });
  });

  it.each(['heic', 'mif1'])('knows HEIC of the brand %s', async (brand) => {
    const bytes = [0, 0, 0, 24, ...ascii(`ftyp${brand}`), 0, 0, 0, 0, ...ascii('mif1heic')];
    const file = new File([new Uint8Array(bytes)], 'photo.jpg', { type: 'image/jpeg' });
    expect(await checkFile(file, limits)).toBe('image/heic');
  });

  it.each([
    ['UNSUPPORTED_MEDIA_TYPE', ascii('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['UNSUPPORTED_MEDIA_TYPE', [0, 0, 0, 20, ...ascii('ftypqt  '), 0, 0, 0, 0, ...ascii('qt  ')]],
    ['UNSUPPORTED_MEDIA_TYPE', [0, 0, 0, 20, ...ascii('ftypM4A '), 0, 0, 0, 0, ...ascii('isom')]],
    ['UNSUPPORTED_MEDIA_TYPE', [0xff]],
    ['EMPTY_FILE', []],
    ['FILE_TOO_LARGE', [0xff, 0xd8, 0xff, ...Array.from({ length: 100 }, () => 1)]],
  ])('refuses with %s', async (code, bytes) => {
    const file = new File([new Uint8Array(bytes)], 'photo.jpg', { type: 'image/jpeg' });
    await expect(checkFile(file, { image: 50, video: 50 })).rejects.toMatchObject({ code });
  });
});

describe('isAccepted', () => {
  it.each([
    ['', 'a.jpg', 'image/jpeg', true],
    ['image/*', 'a', 'image/avif', true],
    ['image/png, .JPG', 'a.jpg', 'image/jpeg', true],
    ['image/png', 'a.jpg', 'image/jpeg', false],
  ])('accept="%s" and %s of %s: %s', (accept, name, type, expected) => {
    expect(isAccepted(accept, name, type)).toBe(expected);
  });
});

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
