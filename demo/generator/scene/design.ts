import type { Point } from './shape.ts';

/**
 * A car as a designer draws it: outlines seen from the side, the front, the rear and above, in
 * metres. x runs forward from the middle of the wheelbase, y up from the ground, z to the side.
 */
export interface Design {
  wheelbase: number;
  tire: { radius: number; width: number; rim: number };
  /** Outer faces of the tires, from the middle. */
  track: number;

  /** Control points of the lower body, seen from the side, clockwise from the front underside. */
  body: readonly Point[];
  /** The same for windscreen, roof and rear window. */
  cabin: readonly Point[];
  /** Half-width of the body by x, ascending. */
  plan: readonly (readonly [number, number])[];
  /** How far the cabin stands inside the body at the belt, and how it leans in with height. */
  cabinInset: number;
  tumblehome: number;
  /** Height of the belt line by x, ascending. */
  belt: readonly (readonly [number, number])[];
  /** Height of the crease in the side by x, ascending, and its depth. */
  crease: readonly (readonly [number, number])[];
  creaseDepth: number;
  /** How far nose, tail, windscreen and rear window recede toward the sides. */
  sweep: { nose: number; tail: number; screen: number; back: number };
  /** Rounding of the shoulder, of the corners seen from above, and of the roof's edge. */
  round: { shoulder: number; corner: number; roof: number };
  arch: { gap: number; flare: number; clad?: number };
  /** How far the fenders rise over the wheels. */
  fender: number;
  /** Lower black cladding up to this height. */
  clad: number;

  /** Side glass: what is left of the cabin after these insets and outside this outline. */
  glass: { inset: number; outline: readonly Point[]; pillars: readonly [number, number][] };
  screen: { top: number; bottom: number; pillar: number };
  back: { top: number; bottom: number; pillar: number; from: number };
  /** Door outlines, seen from the side, below the belt. */
  doors: readonly (readonly Point[])[];
  handles: readonly (readonly [number, number])[];
  /** Hood and tailgate gaps: seen from above; seen from behind. */
  hood: readonly Point[];
  tail: readonly Point[];

  headlight: {
    outline: readonly Point[];
    behind: number;
    signature: readonly (readonly Point[])[];
    projectors: readonly Point[];
  };
  taillight: {
    outline: readonly Point[];
    before: number;
    signature: readonly (readonly Point[])[];
  };
  grilles: readonly {
    outline: readonly Point[];
    pattern: 'bars' | 'mesh' | 'fins' | 'plain';
    chrome?: boolean;
  }[];
  rearIntakes: readonly (readonly Point[])[];
  plates: { front: Point; rear: Point };
  mirror: Point;
  exhausts?: readonly Point[];
  rails?: { from: number; to: number; z: number };
  fin: number;
  /** Hips of every row by x, the face of the dashboard, the floor's height, half the distance of two seats. */
  seats: { rows: readonly number[]; dash: number; floor: number; wide: number };
  bed?: { from: number; to: number; floor: number; wide: number };
  open?: { outline: readonly Point[] };
}
