import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PanZoom } from './pan-zoom.ts';

function framed(): PanZoom {
  const view = new PanZoom();
  view.frame = { width: 400, height: 300 };
  view.photo = { width: 400, height: 200 };
  return view;
}

describe('PanZoom', () => {
  it('keeps the point under the finger where it is', () => {
    const view = framed();
    view.zoomBy(4, 100, 20);
    // The photo's point that was at (100, 20) is drawn at x + 100 * scale.
    expect([view.x + 100 * view.scale, view.y + 20 * view.scale]).toEqual([100, 20]);
  });

  it('goes back to the middle at scale 1', () => {
    const view = framed();
    view.zoomBy(3, 150, 60);
    view.zoomBy(1 / 30, -10, 10);
    expect([view.scale, view.x, view.y]).toEqual([1, 0, 0]);
  });

  it('never leaves a gap that the photo could fill', () => {
    const move = fc.record({
      factor: fc.double({ min: 0.1, max: 5, noNaN: true }),
      x: fc.integer({ min: -400, max: 400 }),
      y: fc.integer({ min: -400, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 20 }), (moves) => {
        const view = framed();
        for (const { factor, x, y } of moves) {
          view.zoomBy(factor, x, y);
          view.panBy(y, x);
        }
        const room = (photo: number, frame: number) =>
          Math.max(0, (photo * view.scale - frame) / 2) + 1e-6;
        expect(view.scale).toBeGreaterThanOrEqual(1);
        expect(Math.abs(view.x)).toBeLessThanOrEqual(room(400, 400));
        expect(Math.abs(view.y)).toBeLessThanOrEqual(room(200, 300));
      }),
    );
  });
});
