import { cut, Mesh, unit, wall } from './mesh.ts';
import { smoothMin, smoothStep, type Field2 } from './shape.ts';

interface Size {
  radius: number;
  width: number;
  rim: number;
}

interface Spokes {
  count: number;
  /** Depth of the hub behind the rim's edge. */
  dish: number;
  /** Negative on the spoke that lies along +x; y is across. */
  solid: Field2;
  twist?: number;
}

const bar =
  (offset: number, half: number, spread: number): Field2 =>
  (x, y) =>
    Math.abs(Math.abs(y) - offset - spread * x) - half;

const spokes: Record<string, Spokes> = {
  double: { count: 5, dish: 0.035, solid: bar(0.012, 0.0125, 0.13) },
  ten: { count: 10, dish: 0.04, solid: (x, y) => Math.abs(y) - 0.0125 + 0.01 * x },
  star: { count: 5, dish: 0.03, solid: (x, y) => Math.abs(y) - 0.05 + 0.09 * x },
  fork: {
    count: 7,
    dish: 0.04,
    solid: (x, y) =>
      Math.min(Math.abs(y) - 0.011, bar(-0.075, 0.009, 0.55)(x, y) + (x < 0.13 ? 0.13 - x : 0)),
  },
  turbine: { count: 9, dish: 0.025, solid: (x, y) => Math.abs(y) - 0.009 - 0.05 * x, twist: 1 },
  aero: {
    count: 7,
    dish: 0.014,
    solid: (x, y) => 0.045 - Math.abs(y) * 0.9 - 0.12 * x,
    twist: 0.9,
  },
  rugged: { count: 6, dish: 0.02, solid: (x, y) => Math.abs(y) - 0.034 - 0.05 * x },
  split: { count: 9, dish: 0.045, solid: bar(0.004, 0.007, 0.09) },
};

/** A wheel around the z axis, outer face at z = 0 and looking to +z. */
export function wheel({ radius, width, rim }: Size, style: string): Mesh {
  const mesh = new Mesh();
  const r = radius;
  lathe(mesh, 'tire', [
    [rim - 0.004, -0.018],
    [rim + 0.006, -0.008],
    [rim + 0.02, -0.001],
    [(r + rim) / 2 + 0.01, 0.004],
    [r - 0.03, -0.003],
    [r - 0.012, -0.014],
    [r - 0.003, -0.028],
    [r, -0.045],
    [r, -0.066],
    [r - 0.007, -0.068],
    [r - 0.007, -0.076],
    [r, -0.078],
    [r, -width / 2 - 0.006],
    [r - 0.007, -width / 2 - 0.004],
    [r - 0.007, -width / 2 + 0.004 - 0.012],
    [r, -width / 2 - 0.014],
    [r, -width + 0.04],
    [r - 0.01, -width + 0.012],
    [r - 0.04, -width],
    [rim, -width + 0.02],
  ]);
  lathe(mesh, 'lip', [
    [rim + 0.004, -0.016],
    [rim + 0.002, -0.006],
    [rim - 0.006, -0.003],
    [rim - 0.012, -0.006],
    [rim - 0.016, -0.018],
    [rim - 0.018, -0.034],
  ]);
  lathe(mesh, 'barrel', [
    [rim - 0.017, -0.03],
    [rim - 0.03, -0.08],
    [rim - 0.032, -width + 0.03],
  ]);
  lathe(mesh, 'disc', [
    [0.001, -0.1],
    [rim * 0.3, -0.1],
    [rim * 0.31, -0.112],
    [rim * 0.34, -0.112],
    [rim * 0.36, -0.102],
    [rim * 0.8, -0.102],
    [rim * 0.8, -0.125],
  ]);
  lathe(mesh, 'well', [
    [0.001, -0.15],
    [rim, -0.15],
  ]);
  face(mesh, rim, spokes[style] ?? spokes['double']!);
  caliper(mesh, rim);
  return mesh;
}

function lathe(mesh: Mesh, group: string, profile: readonly (readonly [number, number])[]): void {
  const around = 64;
  const into = mesh.group(group);
  for (let i = 0; i + 1 < profile.length; i++) {
    const [[r0, z0], [r1, z1]] = [profile[i]!, profile[i + 1]!];
    const normalAt = (k: number): [number, number] => {
      const a = profile[Math.max(0, k - 1)]!;
      const b = profile[Math.min(profile.length - 1, k + 1)]!;
      const [x, y] = [-(b[1] - a[1]), b[0] - a[0]];
      const length = Math.hypot(x, y) || 1;
      return [x / length, y / length];
    };
    const [n0, n1] = [normalAt(i), normalAt(i + 1)];
    const ring = (radius: number, z: number, n: [number, number]): number[] =>
      Array.from({ length: around + 1 }, (_, k) => {
        const [c, s] = [Math.cos((k / around) * 2 * Math.PI), Math.sin((k / around) * 2 * Math.PI)];
        return mesh.add([radius * c, radius * s, z], [n[0] * c, n[0] * s, n[1]]);
      });
    const [a, b] = [ring(r0, z0, n0), ring(r1, z1, n1)];
    for (let k = 0; k < around; k++)
      into.push(a[k]!, a[k + 1]!, b[k]!, a[k + 1]!, b[k + 1]!, b[k]!);
  }
}

function face(mesh: Mesh, rim: number, { count, dish, solid, twist = 0 }: Spokes): void {
  const hub = 0.062;
  const outer = rim - 0.014;
  const metal: Field2 = (x, y) => {
    const r = Math.hypot(x, y);
    const turn = Math.atan2(y, x) + twist * (r / rim) ** 2;
    const sector = (2 * Math.PI) / count;
    const a = turn - Math.round(turn / sector) * sector;
    const arm = solid(r * Math.cos(a), r * Math.sin(a));
    return smoothMin(smoothMin(arm, r - hub, 0.03), outer - 0.016 - r, 0.03);
  };
  const height: Field2 = (x, y) => {
    const r = Math.hypot(x, y) / rim;
    const bevel = 0.011 * (1 - smoothStep(0, 0.011, -metal(x, y)));
    return -0.012 - dish * (1 - r * r) - bevel + 0.012 * smoothStep(0.2, 0.1, r);
  };
  const [rows, around] = [34, 240];
  const grid: number[][] = [];
  for (let i = 0; i <= rows; i++) {
    const r = 0.004 + (outer - 0.004) * (i / rows);
    grid.push(
      Array.from({ length: around + 1 }, (_, k) => {
        const t = (k / around) * 2 * Math.PI;
        const [x, y] = [r * Math.cos(t), r * Math.sin(t)];
        const h = 0.0012;
        const [gx, gy] = [height(x + h, y) - height(x - h, y), height(x, y + h) - height(x, y - h)];
        return mesh.add([x, y, height(x, y)], unit([-gx / (2 * h), -gy / (2 * h), 1]));
      }),
    );
  }
  const into = mesh.group('face');
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < around; k++) {
      const [a, b, c, d] = [grid[i]![k]!, grid[i]![k + 1]!, grid[i + 1]![k]!, grid[i + 1]![k + 1]!];
      into.push(a, c, b, b, c, d);
    }
  cut(mesh, 'face', 'cap', ([x, y]) => Math.hypot(x, y) - 0.03);
  const opening = cut(mesh, 'face', 'gone', ([x, y]) => -metal(x, y) + 0);
  mesh.groups.delete('gone');
  wall(mesh, opening, 'edge', () => [0, 0, -0.03]);
}

function caliper(mesh: Mesh, rim: number): void {
  const into = mesh.group('caliper');
  const [from, to] = [0.35, 1.25];
  const [inner, outer] = [rim * 0.56, rim * 0.86];
  const steps = 14;
  const at = (i: number, r: number, z: number, n: number[]): number => {
    const t = from + ((to - from) * i) / steps;
    const [c, s] = [Math.cos(t), Math.sin(t)];
    return mesh.add([r * c, r * s, z], [n[0]! * c, n[0]! * s, n[1]!]);
  };
  for (let i = 0; i < steps; i++)
    for (const [r0, z0, r1, z1, n] of [
      [inner, -0.085, outer, -0.085, [0, 1]],
      [outer, -0.085, outer, -0.14, [1, 0]],
      [inner, -0.14, inner, -0.085, [-1, 0]],
    ] as const) {
      const [a, b] = [at(i, r0, z0, [...n]), at(i + 1, r0, z0, [...n])];
      const [c, d] = [at(i, r1, z1, [...n]), at(i + 1, r1, z1, [...n])];
      into.push(a, c, b, b, c, d);
    }
}
