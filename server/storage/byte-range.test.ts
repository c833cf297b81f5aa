import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteRange } from './byte-range.ts';

describe('parseByteRange', () => {
  it('reads the three forms of one range', () => {
    expect(parseByteRange('bytes=0-0', 10)).toEqual({ first: 0, last: 0 });
    expect(parseByteRange('bytes=3-', 10)).toEqual({ first: 3, last: 9 });
    expect(parseByteRange('bytes=-4', 10)).toEqual({ first: 6, last: 9 });
    expect(parseByteRange('bytes=5-99', 10)).toEqual({ first: 5, last: 9 });
    expect(parseByteRange('bytes=-99', 10)).toEqual({ first: 0, last: 9 });
  });

  it('tells a range outside the body from one it does not understand', () => {
    for (const header of ['bytes=10-', 'bytes=10-12', 'bytes=-0']) {
      expect(parseByteRange(header, 10)).toBe('unsatisfiable');
    }
    const odd = ['bytes=-', 'bytes=5-3', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b', '', undefined];
    for (const header of odd) expect(parseByteRange(header, 10)).toBeNull();
    expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseByteRange('bytes=-5', 0)).toBe('unsatisfiable');
  });

  it('never leaves the body, whatever it is given', () => {
    const header = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.option(fc.nat(), { nil: '' }), fc.option(fc.nat(), { nil: '' }))
        .map(([from, to]) => `bytes=${from}-${to}`),
    );
    fc.assert(
      fc.property(header, fc.nat({ max: 5_000 }), (text, size) => {
        const range = parseByteRange(text, size);
        if (range === null || range === 'unsatisfiable') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.last).toBeGreaterThanOrEqual(range.first);
        expect(range.last).toBeLessThan(size);
      }),
    );
  });
});
