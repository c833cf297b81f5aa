import { expect, it } from 'vitest';
import { rgbaToThumbHash, thumbHashToAverageRGBA } from 'thumbhash';
import { averageColor } from './tint.ts';

it('is the average that ThumbHash itself computes', () => {
  for (let shade = 0; shade < 256; shade += 15) {
    const pixels = new Uint8Array(
      Array.from({ length: 8 * 6 }, (_, pixel) => [
        shade,
        (shade * 3 + pixel) % 256,
        200,
        255,
      ]).flat(),
    );
    const hash = rgbaToThumbHash(8, 6, pixels);
    const { r, g, b } = thumbHashToAverageRGBA(hash);
    const channels = [r, g, b].map((value) => Math.round(value * 255));
    expect(averageColor(Buffer.from(hash).toString('base64'))).toBe(`rgb(${channels.join(' ')})`);
  }
});

it.each([null, '', 'AAA', 'not base64!'])('is none for %j', (hash) => {
  expect(averageColor(hash)).toBeNull();
});
