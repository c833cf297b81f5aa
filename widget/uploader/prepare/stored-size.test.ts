import sharp from 'sharp';
import { expect, it } from 'vitest';
import { photo } from '../../../test/pictures.ts';
import { storedSize } from './stored-size.ts';

const blank = { create: { width: 300, height: 200, channels: 3, background: 'teal' } } as const;
const sizeOf = (bytes: Uint8Array, type: string) =>
  storedSize(new Blob([new Uint8Array(bytes)]), type);

it('reads the size of a photo from its head, as its pixels lie', async () => {
  const { bytes } = await photo({ width: 48, height: 64, seed: 1, orientation: 6, xmp: '<x/>' });
  expect(await sizeOf(bytes, 'image/jpeg')).toEqual({ width: 64, height: 48 });
  const progressive = await sharp(blank).jpeg({ progressive: true }).toBuffer();
  expect(await sizeOf(progressive, 'image/jpeg')).toEqual({ width: 300, height: 200 });
  const png = await sharp(blank).png().toBuffer();
  expect(await sizeOf(png, 'image/png')).toEqual({ width: 300, height: 200 });
});

it('does not know what is cut short, is no picture, or has another type', async () => {
  const jpeg = await sharp(blank).jpeg().toBuffer();
  expect(await sizeOf(jpeg.subarray(0, 40), 'image/jpeg')).toBeNull();
  expect(await sizeOf(Uint8Array.of(0xff, 0xd8, 0xff), 'image/jpeg')).toBeNull();
  expect(
    await sizeOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, ...Array(9).fill(0)), 'image/jpeg'),
  ).toBeNull();
  expect(await sizeOf(new Uint8Array(20), 'image/png')).toBeNull();
  expect(await sizeOf(await sharp(blank).webp().toBuffer(), 'image/webp')).toBeNull();
});
