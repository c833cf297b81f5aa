/** A point in metres; the third number is a corner radius, or how often a control point counts. */
export type Point = readonly [number, number, number?];

/** Signed distance in the plane: negative inside. */
export type Field2 = (x: number, y: number) => number;

/** A closed, curvature-continuous curve (uniform cubic B-spline) along a control polygon. */
export function splineLoop(control: readonly Point[], steps = 10): Point[] {
  const points = control.flatMap(([x, y, count = 1]) =>
    Array.from({ length: count }, () => [x, y]),
  );
  const curve: Point[] = [];
  for (let i = 0; i < points.length; i++) {
    const [a, b, c, d] = [0, 1, 2, 3].map((k) => points[(i + k) % points.length]!);
    for (let s = 0; s < steps; s++) curve.push(blend(a!, b!, c!, d!, s / steps));
  }
  return curve;
}

function blend(a: number[], b: number[], c: number[], d: number[], t: number): Point {
  const w = [
    (1 - t) ** 3,
    3 * t ** 3 - 6 * t ** 2 + 4,
    -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1,
    t ** 3,
  ];
  const at = (k: number): number =>
    (w[0]! * a[k]! + w[1]! * b[k]! + w[2]! * c[k]! + w[3]! * d[k]!) / 6;
  return [at(0), at(1)];
}

/** A closed polygon with rounded corners. */
export function rounded(corners: readonly Point[], radius = 0.02): Point[] {
  const n = corners.length;
  return corners.flatMap(([x, y, r = radius], i) => {
    const before = corners[(i + n - 1) % n]!;
    const after = corners[(i + 1) % n]!;
    const toward = (to: Point): [number, number] => {
      const length = Math.hypot(to[0] - x, to[1] - y) || 1;
      const step = Math.min(r, length / 2) / length;
      return [x + (to[0] - x) * step, y + (to[1] - y) * step];
    };
    const [p, q] = [toward(before), toward(after)];
    return Array.from({ length: 7 }, (_, k): Point => {
      const t = k / 6;
      const at = (a: number, b: number, c: number): number =>
        a * (1 - t) ** 2 + 2 * b * t * (1 - t) + c * t ** 2;
      return [at(p[0], x, q[0]), at(p[1], y, q[1])];
    });
  });
}

/** Signed distance to a closed polygon. */
export function polygon(points: readonly Point[]): Field2 {
  const n = points.length;
  return (x, y) => {
    let best = Infinity;
    let inside = false;
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [ax, ay] = points[i]!;
      const [bx, by] = points[j]!;
      const [ex, ey, wx, wy] = [bx - ax, by - ay, x - ax, y - ay];
      const t = Math.min(1, Math.max(0, (wx * ex + wy * ey) / (ex * ex + ey * ey || 1)));
      best = Math.min(best, (wx - ex * t) ** 2 + (wy - ey * t) ** 2);
      if (ay > y !== by > y && x < (ex * (y - ay)) / ey + ax) inside = !inside;
    }
    return inside ? -Math.sqrt(best) : Math.sqrt(best);
  };
}

/** The same field from a table, smooth enough to take reflections from its gradient. */
export function tabulate(field: Field2, from: Point, to: Point, step = 0.02): Field2 {
  const nx = Math.ceil((to[0] - from[0]) / step) + 4;
  const ny = Math.ceil((to[1] - from[1]) / step) + 4;
  const table = new Float64Array(nx * ny);
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++)
      table[j * nx + i] = field(from[0] + (i - 1) * step, from[1] + (j - 1) * step);
  const weights = (t: number): [number, number, number, number] => {
    const [a, b] = [t * t, t * t * t];
    return [
      (1 - 3 * t + 3 * a - b) / 6,
      (4 - 6 * a + 3 * b) / 6,
      (1 + 3 * t + 3 * a - 3 * b) / 6,
      b / 6,
    ];
  };
  return (x, y) => {
    const u = Math.min(nx - 3.001, Math.max(1, (x - from[0]) / step + 1));
    const v = Math.min(ny - 3.001, Math.max(1, (y - from[1]) / step + 1));
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [wu, wv] = [weights(u - i), weights(v - j)];
    let sum = 0;
    for (let b = 0; b < 4; b++) {
      const row = (j - 1 + b) * nx + i - 1;
      sum +=
        wv[b]! *
        (wu[0] * table[row]! +
          wu[1] * table[row + 1]! +
          wu[2] * table[row + 2]! +
          wu[3] * table[row + 3]!);
    }
    return sum;
  };
}

/** A smooth function through knots in ascending x (monotone between them, constant outside). */
export function through(knots: readonly (readonly [number, number])[]): (x: number) => number {
  const n = knots.length;
  const slope = knots.map((_, i) => {
    if (i === 0 || i === n - 1) return 0;
    const [a, b, c] = [knots[i - 1]!, knots[i]!, knots[i + 1]!];
    const [l, r] = [(b[1] - a[1]) / (b[0] - a[0]), (c[1] - b[1]) / (c[0] - b[0])];
    return l * r <= 0 ? 0 : (2 * l * r) / (l + r);
  });
  return (x) => {
    if (x <= knots[0]![0]) return knots[0]![1];
    if (x >= knots[n - 1]![0]) return knots[n - 1]![1];
    let i = 0;
    while (x > knots[i + 1]![0]) i++;
    const [[x0, y0], [x1, y1]] = [knots[i]!, knots[i + 1]!];
    const [h, t] = [x1 - x0, (x - x0) / (x1 - x0)];
    const [s, u] = [t * t, t * t * t];
    return (
      (2 * u - 3 * s + 1) * y0 +
      (u - 2 * s + t) * h * slope[i]! +
      (3 * s - 2 * u) * y1 +
      (u - s) * h * slope[i + 1]!
    );
  };
}

/** The greater of two, rounded over `k`. */
export function smoothMax(a: number, b: number, k: number): number {
  const h = Math.max(k - Math.abs(a - b), 0) / k;
  return Math.max(a, b) + (h * h * h * k) / 6;
}

export function smoothMin(a: number, b: number, k: number): number {
  return -smoothMax(-a, -b, k);
}

export function smoothStep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
