import type { Design } from './design.ts';
import type { Field3 } from './mesh.ts';
import {
  mix,
  polygon,
  smoothMax,
  smoothMin,
  smoothStep,
  splineLoop,
  tabulate,
  through,
  type Field2,
  type Point,
} from './shape.ts';

export interface Form {
  body: Field3;
  cabin: Field3;
  whole: Field3;
  /** The outline of the cabin as it runs at this z: windscreen and rear window recede there. */
  cabinEdge: Field3;
  /** Half-width of body and cabin at a point of the side view. */
  bodyWidth: Field2;
  cabinWidth: Field2;
  belt: (x: number) => number;
  bounds: { front: number; rear: number; top: number };
}

/** The smooth outer form, before anything is cut into it. */
export function form(design: Design): Form {
  const bodyLine = splineLoop(design.body);
  const cabinLine = splineLoop(design.cabin);
  const xs = bodyLine.map(([x]) => x);
  const bounds = {
    front: Math.max(...xs),
    rear: Math.min(...xs),
    top: Math.max(...cabinLine.map(([, y]) => y)),
  };
  const area: [Point, Point] = [
    [bounds.rear - 0.5, 0],
    [bounds.front + 0.6, bounds.top + 0.4],
  ];
  const bodySide = tabulate(polygon(bodyLine), ...area);
  const cabinSide = tabulate(polygon(cabinLine), ...area);
  const plan = through(design.plan);
  const belt = through(design.belt);
  const crease = through(design.crease);
  const half = design.wheelbase / 2;
  const archRadius = design.tire.radius + design.arch.gap;
  const widest = Math.max(...design.plan.map(([, w]) => w));

  const bodyWidth: Field2 = (x, y) => {
    const yc = crease(x);
    const below = (yc - y + Math.hypot(yc - y, 0.045)) / 2;
    const above = Math.max(0, y - yc);
    let w = plan(x) - 0.35 * above ** 1.8 - 0.22 * below ** 2;
    const doors = smoothStep(half + 0.1, half - 0.5, Math.abs(x));
    w -= design.creaseDepth * (1 - Math.exp(-below / 0.06)) * mix(0.35, 1, doors);
    w -= 0.02 * doors * Math.exp(-(((y - 0.4) / 0.1) ** 2));
    w += 0.02 * doors * Math.exp(-(((y - 0.23) / 0.07) ** 2));
    for (const center of [half, -half]) {
      const r = Math.hypot(x - center, y - design.tire.radius);
      const upper = smoothStep(0.1, 0.5, y);
      w += design.arch.flare * upper * Math.exp(-(((r - archRadius) / 0.13) ** 2));
    }
    return w;
  };
  const cabinWidth: Field2 = (x, y) => {
    const rise = Math.max(0, y - belt(x));
    const taper = 0.05 * smoothStep(0, 1, Math.abs(x) / (half + 0.4)) ** 2;
    return (
      plan(x * 0.55) - design.cabinInset - taper - design.tumblehome * rise - 0.12 * rise * rise
    );
  };

  const body: Field3 = (x, y, z) => {
    const q = (z / widest) ** 2;
    const nose = design.sweep.nose * smoothStep(0.2, half + 0.5, x) * q ** 1.3;
    const tail = design.sweep.tail * smoothStep(-0.2, -half - 0.5, x) * q ** 1.3;
    const fender =
      design.fender *
      smoothStep(0.35, 0.8, Math.abs(z) / widest) *
      (Math.exp(-(((x - half) / 0.42) ** 2)) + 0.7 * Math.exp(-(((x + half) / 0.5) ** 2)));
    const side = bodySide(x + nose - tail, y + 0.035 * q - fender);
    const ends = smoothStep(half - 0.1, half + 0.75, Math.abs(x));
    const k =
      mix(design.round.shoulder, design.round.corner, ends) * mix(0.5, 1, smoothStep(0.25, 0.6, y));
    return smoothMax(side, Math.abs(z) - bodyWidth(x, y), k);
  };
  const cabinEdge: Field3 = (x, y, z) => {
    const q = (z / 0.75) ** 2;
    const screen = design.sweep.screen * smoothStep(-0.6, 0.6, x) * q;
    const back = design.sweep.back * smoothStep(0.2, -1, x) * q;
    return cabinSide(x + screen - back, y + 0.045 * q);
  };
  const cabin: Field3 = (x, y, z) =>
    smoothMax(cabinEdge(x, y, z), (Math.abs(z) - cabinWidth(x, y)) * 0.92, design.round.roof);
  const whole: Field3 = (x, y, z) => {
    let f = body(x, y, z);
    if (!design.open) f = smoothMin(f, cabin(x, y, z), 0.035);
    if (design.bed) {
      const { from, to, floor, wide } = design.bed;
      const inside = smoothMax(
        smoothMax(
          Math.abs(x - (from + to) / 2) - Math.abs(to - from) / 2,
          Math.abs(z) - wide,
          0.06,
        ),
        floor - y,
        0.06,
      );
      f = smoothMax(f, -inside, 0.02);
    }
    return f;
  };
  return { body, cabin, whole, cabinEdge, bodyWidth, cabinWidth, belt, bounds };
}
