/** Triangles with normals, cut into named groups that share vertices. */
export class Mesh {
  readonly positions: number[] = [];
  readonly normals: number[] = [];
  readonly groups = new Map<string, number[]>();

  add(position: readonly number[], normal: readonly number[]): number {
    this.positions.push(position[0]!, position[1]!, position[2]!);
    this.normals.push(normal[0]!, normal[1]!, normal[2]!);
    return this.positions.length / 3 - 1;
  }

  group(name: string): number[] {
    let found = this.groups.get(name);
    if (!found) this.groups.set(name, (found = []));
    return found;
  }

  position(vertex: number): [number, number, number] {
    const p = this.positions;
    return [p[vertex * 3]!, p[vertex * 3 + 1]!, p[vertex * 3 + 2]!];
  }

  normal(vertex: number): [number, number, number] {
    const n = this.normals;
    return [n[vertex * 3]!, n[vertex * 3 + 1]!, n[vertex * 3 + 2]!];
  }
}

/** Negative inside, roughly a distance. */
export type Field3 = (x: number, y: number, z: number) => number;

/** A scalar on the surface: the cut runs where it is zero, what is negative is cut out. */
export type Cutter = (
  position: readonly [number, number, number],
  normal: readonly [number, number, number],
) => number;

export interface Cut {
  /** Directed edges of the opening, as seen from the part that stays. */
  rim: [number, number][];
}

/** Moves the part of group `from` where `cutter` is negative to group `to`. */
export function cut(mesh: Mesh, from: string, to: string, cutter: Cutter): Cut {
  const source = mesh.groups.get(from) ?? [];
  const values = new Map<number, number>();
  const value = (vertex: number): number => {
    let v = values.get(vertex);
    if (v === undefined) {
      v = cutter(mesh.position(vertex), mesh.normal(vertex));
      if (Math.abs(v) < 1e-6) v = 1e-6;
      values.set(vertex, v);
    }
    return v;
  };
  const crossings = new Map<string, number>();
  const crossing = (a: number, b: number): number => {
    const key = a < b ? `${a}:${b}` : `${b}:${a}`;
    let vertex = crossings.get(key);
    if (vertex === undefined) {
      const t = value(a) / (value(a) - value(b));
      vertex = mesh.add(
        between(mesh.position(a), mesh.position(b), t),
        unit(between(mesh.normal(a), mesh.normal(b), t)),
      );
      crossings.set(key, vertex);
    }
    return vertex;
  };
  const [kept, moved]: [number[], number[]] = [[], []];
  const rim: [number, number][] = [];
  for (let i = 0; i < source.length; i += 3) {
    const corners = [source[i]!, source[i + 1]!, source[i + 2]!];
    const negative = corners.filter((vertex) => value(vertex) < 0).length;
    if (negative === 0 || negative === 3) {
      (negative ? moved : kept).push(...corners);
      continue;
    }
    const lone = corners.findIndex((vertex) => value(vertex) < 0 === (negative === 1));
    const [a, b, c] = [corners[lone]!, corners[(lone + 1) % 3]!, corners[(lone + 2) % 3]!];
    const [ab, ac] = [crossing(a, b), crossing(a, c)];
    (negative === 1 ? moved : kept).push(a, ab, ac);
    (negative === 1 ? kept : moved).push(ab, b, c, ab, c, ac);
    rim.push(negative === 1 ? [ac, ab] : [ab, ac]);
  }
  mesh.groups.set(from, kept);
  mesh.group(to).push(...moved);
  return { rim };
}

/** Recolors a band of half-width `half` along the zero line of a signed cutter. */
export function cutBand(mesh: Mesh, from: string, to: string, half: number, cutter: Cutter): void {
  cut(mesh, from, '~inner', (p, n) => cutter(p, n) - half);
  cut(mesh, '~inner', '~core', (p, n) => cutter(p, n) + half);
  mesh.group(to).push(...mesh.group('~inner'));
  mesh.group(from).push(...mesh.group('~core'));
  mesh.groups.delete('~inner');
  mesh.groups.delete('~core');
}

/** Walls that run from the rim of a cut into the body: what gives a sheet its thickness. */
export function wall(
  mesh: Mesh,
  { rim }: Cut,
  group: string,
  inward: (vertex: number) => [number, number, number],
): void {
  const into = mesh.group(group);
  for (const [a, b] of rim) {
    const [pa, pb, da, db] = [mesh.position(a), mesh.position(b), inward(a), inward(b)];
    const [qa, qb] = [sum(pa, da), sum(pb, db)];
    const n = unit(cross(minus(pb, pa), minus(qa, pa)));
    const [v0, v1, v2, v3] = [pa, pb, qb, qa].map((p) => mesh.add(p, n));
    into.push(v0!, v1!, v2!, v0!, v2!, v3!);
  }
}

/** Splits every triangle of a group in four, `times` over: for patterns finer than the skin. */
export function refine(mesh: Mesh, group: string, times: number): void {
  for (let round = 0; round < times; round++) {
    const middles = new Map<string, number>();
    const middle = (a: number, b: number): number => {
      const key = a < b ? `${a}:${b}` : `${b}:${a}`;
      let vertex = middles.get(key);
      if (vertex === undefined) {
        vertex = mesh.add(
          between(mesh.position(a), mesh.position(b), 0.5),
          unit(between(mesh.normal(a), mesh.normal(b), 0.5)),
        );
        middles.set(key, vertex);
      }
      return vertex;
    };
    const source = mesh.groups.get(group) ?? [];
    const finer: number[] = [];
    for (let i = 0; i < source.length; i += 3) {
      const [a, b, c] = [source[i]!, source[i + 1]!, source[i + 2]!];
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      finer.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca);
    }
    mesh.groups.set(group, finer);
  }
}

/** A copy of a group, moved along its normals. */
export function shifted(mesh: Mesh, from: string, to: string, distance: number): void {
  const copies = new Map<number, number>();
  const into = mesh.group(to);
  for (const vertex of mesh.groups.get(from) ?? []) {
    let copy = copies.get(vertex);
    if (copy === undefined) {
      const n = mesh.normal(vertex);
      copy = mesh.add(
        sum(mesh.position(vertex), [n[0] * distance, n[1] * distance, n[2] * distance]),
        n,
      );
      copies.set(vertex, copy);
    }
    into.push(copy);
  }
}

type Vector = [number, number, number];

export function between(a: Vector, b: Vector, t: number): Vector {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}
export function sum(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
export function scaled(a: Vector, by: number): Vector {
  return [a[0] * by, a[1] * by, a[2] * by];
}
export function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
export function unit(a: Vector): Vector {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
