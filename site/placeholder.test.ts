import fc from 'fast-check';
import { rgbaToThumbHash } from 'thumbhash';
import { expect, it } from 'vitest';
import { placeholderUrl } from './placeholder.ts';

it('gives a bitmap whose colours are those of the picture', () => {
  const pixels = new Uint8Array(40 * 30 * 4);
  for (let at = 0; at < pixels.length; at += 4) pixels.set([200, 40, 40, 255], at);
  const url = placeholderUrl(Buffer.from(rgbaToThumbHash(40, 30, pixels)).toString('base64'));
  const [type, base64] = url!.split(',');
  const bitmap = Buffer.from(base64!, 'base64');
  expect(type).toBe('data:image/bmp;base64');
  expect(bitmap.readUInt32LE(2)).toBe(bitmap.length);
  const [blue, green, red] = bitmap.subarray(bitmap.readUInt32LE(10));
  expect(red).toBeGreaterThan(180);
  expect(green).toBeLessThan(70);
  expect(blue).toBeLessThan(70);
});

it('gives nothing, and does not throw, for what is not a ThumbHash', () => {
  expect(placeholderUrl(null)).toBeNull();
  expect(placeholderUrl('')).toBeNull();
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(placeholderUrl(text) ?? 'data:image/bmp').toMatch(/^data:image\/bmp/);
    }),
  );
});
