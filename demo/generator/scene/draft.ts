import type { Design } from './design.ts';
import {
  grille,
  headlight,
  taillight,
  type GrilleStyle,
  type HeadlightStyle,
  type TaillightStyle,
} from './lamps.ts';
import type { Point } from './shape.ts';

/** The handful of points a car is recognized by; everything else follows from them. */
export interface Draft {
  wheelbase: number;
  tire: { radius: number; width: number; rim: number };
  /** Half of the greatest width. */
  half: number;
  ground: number;
  nose: number;
  tail: number;
  /** Height of the leading edge of the hood. */
  lead: number;
  /** Where hood and windscreen meet. */
  cowl: Point;
  /** Where rear window and body meet, and the rear edge behind it. */
  deck: Point;
  edge: Point;
  /** Upper ends of windscreen and rear window, with the highest point between. */
  header: Point;
  peak: Point;
  rearHeader: Point;
  /** Middle pillar, and where the side glass ends below and above. */
  pillar: number;
  glassEnd: readonly [number, number];
  twoDoors?: boolean;
  head: { style: HeadlightStyle; y: number };
  rear: { style: TaillightStyle; y: number; plate: number };
  face: { style: GrilleStyle; y: number; plate: number };
  clad?: number;
  seats?: Partial<Design['seats']>;
  over?: Partial<Design>;
}

export function draft(d: Draft): Design {
  const { nose, tail, ground: g, lead, cowl, deck, edge, header, peak, rearHeader, half } = d;
  const axle = d.wheelbase / 2;
  const gap = d.over?.arch?.gap ?? 0.035;
  const arch = d.tire.radius + gap;
  const beltFront = cowl[1] - 0.045;
  const beltRear = deck[1] - 0.03;
  const belt = (x: number): number =>
    beltFront + ((beltRear - beltFront) * (cowl[0] - x)) / (cowl[0] - deck[0]);
  const sill = g + 0.09;
  const doorFront = Math.min(axle - arch - 0.05, cowl[0] + 0.12);
  const doorRear = -axle + arch * 0.55;
  const rise = header[1] - cowl[1];
  const steep = (cowl[0] - header[0]) / rise;
  const rearSteep = (rearHeader[0] - deck[0]) / (rearHeader[1] - deck[1]);
  const frontDoor: Point[] = [
    [doorFront - 0.03, belt(doorFront) + 0.03],
    [doorFront + 0.03, belt(0) * 0.66],
    [doorFront - 0.06, sill],
    [d.pillar, sill],
    [d.pillar, belt(d.pillar) + 0.03],
  ];
  const rearDoor: Point[] = [
    [d.pillar - 0.02, belt(d.pillar) + 0.03],
    [d.pillar - 0.02, sill],
    [-axle + arch + 0.06, sill],
    [doorRear - 0.02, d.tire.radius + arch * 0.8],
    [doorRear - 0.12, belt(doorRear) + 0.03],
  ];
  const dash = cowl[0] - 0.27;
  const front = dash - 0.6;
  return {
    wheelbase: d.wheelbase,
    tire: d.tire,
    track: half - 0.018,
    body: [
      [nose - 0.32, g, 2],
      [nose - 0.07, g + 0.03, 2],
      [nose, g + 0.24],
      [nose - 0.02, lead - 0.11],
      [nose - 0.11, lead, 2],
      [nose - 0.11 + (cowl[0] - nose + 0.11) * 0.45, lead + (cowl[1] - lead) * 0.55],
      [nose + (cowl[0] - nose) * 0.75, lead + (cowl[1] - lead) * 0.84],
      [cowl[0] - 0.1, cowl[1]],
      [0, belt(0) + 0.03],
      [deck[0] + 0.6, belt(deck[0] + 0.6) + 0.03],
      [deck[0], deck[1]],
      [edge[0] + 0.2, edge[1], 2],
      [edge[0], edge[1] - 0.03, 2],
      [tail + 0.03, g + (edge[1] - g) * 0.66],
      [tail, g + (edge[1] - g) * 0.4],
      [tail + 0.05, g + 0.11, 2],
      [tail + 0.35, g + 0.02, 2],
      [0, g - 0.02],
    ],
    cabin: [
      [cowl[0] + steep * 0.18, cowl[1] - 0.18, 3],
      [cowl[0] - steep * 0.4 * rise, cowl[1] + 0.46 * rise],
      [header[0] + 0.02, header[1]],
      [peak[0], peak[1]],
      [rearHeader[0], rearHeader[1]],
      [(rearHeader[0] + deck[0]) / 2 - 0.01, (rearHeader[1] + deck[1]) / 2 + 0.03],
      [deck[0] - rearSteep * 0.02, deck[1] - 0.02],
      [deck[0] - rearSteep * 0.15, deck[1] - 0.22, 3],
    ],
    plan: [
      [tail, half * 0.93],
      [-axle, half * 0.982],
      [-0.2, half],
      [0.6, half * 0.995],
      [axle, half * 0.978],
      [nose, half * 0.91],
    ],
    cabinInset: 0.085,
    tumblehome: 0.3,
    belt: [
      [deck[0], belt(deck[0])],
      [cowl[0], belt(cowl[0])],
    ],
    crease: [
      [tail, belt(tail) - 0.15],
      [-axle, belt(-axle) - 0.17],
      [axle, belt(axle) - 0.2],
      [nose, belt(nose) - 0.25],
    ],
    creaseDepth: 0.03,
    sweep: { nose: 0.36, tail: 0.22, screen: 0.16, back: 0.12 },
    round: { shoulder: 0.2, corner: 0.34, roof: 0.17 },
    arch: { gap, flare: 0.03 },
    fender: 0.02,
    clad: d.clad ?? g + 0.05,
    glass: {
      inset: 0.068,
      outline: [
        [cowl[0] + 0.5, cowl[1] - 0.3],
        [cowl[0] + 0.5, 2.4],
        [d.glassEnd[1], 2.4],
        [d.glassEnd[1], peak[1] - 0.1],
        [d.glassEnd[0], belt(d.glassEnd[0]) + 0.05],
        [d.glassEnd[0] + 0.08, belt(0) - 0.3],
      ],
      pillars: d.twoDoors
        ? [[d.pillar, -0.12]]
        : [
            [d.pillar - 0.01, -0.12],
            [doorRear - 0.16, -0.3],
          ],
    },
    screen: { top: header[1] - 0.045, bottom: cowl[1] - 0.005, pillar: 0.075 },
    back: {
      top: Math.min(rearHeader[1] - 0.04, peak[1] - 0.1),
      bottom: deck[1] + 0.03,
      pillar: 0.1,
      from: rearHeader[0] + 0.3,
    },
    doors: d.twoDoors ? [frontDoor] : [frontDoor, rearDoor],
    handles: d.twoDoors
      ? [[d.pillar + 0.22, belt(d.pillar) - 0.12]]
      : [
          [d.pillar + 0.22, belt(d.pillar) - 0.12],
          [doorRear + 0.1, belt(doorRear) - 0.115],
        ],
    hood: [
      [cowl[0] - 0.6, half * 0.8],
      [nose - 0.15, half * 0.7],
      [nose - 0.15, -half * 0.7],
      [cowl[0] - 0.6, -half * 0.8],
    ],
    tail: [
      [half * 0.72, 2.4],
      [half * 0.67, d.rear.y - 0.09],
      [half * 0.5, d.rear.plate - 0.11],
      [-half * 0.5, d.rear.plate - 0.11],
      [-half * 0.67, d.rear.y - 0.09],
      [-half * 0.72, 2.4],
    ],
    headlight: headlight(d.head.style, half, d.head.y, nose),
    taillight: taillight(d.rear.style, half, d.rear.y, tail),
    grilles: grille(d.face.style, half, d.face.y, g),
    rearIntakes: [
      [
        [half * 0.78, g + 0.2],
        [half * 0.7, g + 0.07],
        [-half * 0.7, g + 0.07],
        [-half * 0.78, g + 0.2],
      ],
    ],
    plates: { front: [0, d.face.plate], rear: [0, d.rear.plate] },
    mirror: [doorFront - 0.32, belt(doorFront) + 0.075],
    fin: rearHeader[0] + 0.12,
    ...d.over,
    seats: {
      rows: d.twoDoors ? [front] : [front, front - 0.86],
      dash,
      floor: g + 0.11,
      wide: half * 0.4,
      ...d.seats,
    },
  };
}
