import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRenditions } from './rendition-plan.ts';

const widthsOf = (width: number, height = width) =>
  planRenditions({ width, height }).map((size) => size.width);

describe('planRenditions', () => {
  it('takes every listed width up to the original', () => {
    expect(widthsOf(4032)).toEqual([320, 640, 1280, 2048]);
    expect(widthsOf(2048)).toEqual([320, 640, 1280, 2048]);
    expect(widthsOf(640)).toEqual([320, 640]);
  });

  it('adds the own width of an original below the largest', () => {
    expect(widthsOf(2047)).toEqual([320, 640, 1280, 2047]);
    expect(widthsOf(1000)).toEqual([320, 640, 1000]);
    expect(widthsOf(100)).toEqual([100]);
    expect(widthsOf(1)).toEqual([1]);
  });

  it('keeps the proportions to half a pixel, within what WebP can hold', () => {
    const side = fc.integer({ min: 1, max: 16_384 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        for (const size of planRenditions({ width, height })) {
          const exact = (height * size.width) / width;
          const possible = Math.min(16_383, Math.max(1, exact));
          expect(Math.abs(size.height - possible)).toBeLessThanOrEqual(0.5);
          expect(size.width).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
