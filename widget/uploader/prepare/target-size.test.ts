import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planRenditions } from '../../../server/media/rendition-plan.ts';
import { drawableSize, RENDITION_WIDTH, targetSize } from './target-size.ts';

const side = fc.integer({ min: 1, max: 12_000 });
const size = fc.record({ width: side, height: side });

it.each([
  ['4032 x 3024', 2560, 1920],
  ['3024 x 4032', 2048, 2731],
  ['2268 x 4032', 2048, 3641],
  ['6000 x 4000', 2560, 1707],
  ['2560 x 1920', 2560, 1920],
  ['2000 x 9000', 2000, 9000],
])('sends %s at %i x %i', (picture, width, height) => {
  const [from = 0, to = 0] = picture.split(' x ').map(Number);
  expect(targetSize({ width: from, height: to }, null)).toMatchObject({ width, height });
});

it('costs no picture a rendition', () => {
  expect(Math.max(...planRenditions({ width: 9_000, height: 9_000 }).map((one) => one.width))).toBe(
    RENDITION_WIDTH,
  );
  fc.assert(
    fc.property(size, (picture) => {
      const widths = (of: typeof picture) => planRenditions(of).map(({ width }) => width);
      expect(widths(targetSize(picture, null))).toEqual(widths(picture));
    }),
  );
});

it('takes no side over the page’s own limit, keeps the shape, and makes nothing larger', () => {
  fc.assert(
    fc.property(size, side, (picture, maxSide) => {
      const { width, height } = targetSize(picture, maxSide);
      expect(Math.max(width, height)).toBe(
        Math.min(maxSide, Math.max(picture.width, picture.height)),
      );
      expect(Math.abs(width * picture.height - height * picture.width)).toBeLessThanOrEqual(
        Math.max(picture.width, picture.height),
      );
      expect(targetSize(picture, Infinity)).toBe(picture);
    }),
  );
});

it('draws nothing that a canvas cannot hold', () => {
  fc.assert(
    fc.property(size, (picture) => {
      const { width, height } = drawableSize(picture);
      expect(width * height).toBeLessThanOrEqual(16_777_216);
    }),
  );
});
