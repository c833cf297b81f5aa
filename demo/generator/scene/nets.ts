import { Mesh, type Field3 } from './mesh.ts';

interface Box {
  min: readonly [number, number, number];
  max: readonly [number, number, number];
}

/** The zero surface of a field (naive surface nets), vertices pulled onto it, normals its gradient. */
export function surface(field: Field3, { min, max }: Box, step: number, group: string): Mesh {
  const size = [0, 1, 2].map((k) => Math.ceil((max[k]! - min[k]!) / step) + 1);
  const [nx, ny, nz] = [size[0]!, size[1]!, size[2]!];
  const values = new Float32Array(nx * ny * nz);
  const index = (i: number, j: number, k: number): number => (i * ny + j) * nz + k;
  for (let i = 0; i < nx; i++)
    for (let j = 0; j < ny; j++)
      for (let k = 0; k < nz; k++)
        values[index(i, j, k)] = field(min[0] + i * step, min[1] + j * step, min[2] + k * step);

  const mesh = new Mesh();
  const vertices = new Int32Array(nx * ny * nz).fill(-1);
  for (let i = 0; i < nx - 1; i++)
    for (let j = 0; j < ny - 1; j++)
      for (let k = 0; k < nz - 1; k++) {
        let negative = 0;
        for (let c = 0; c < 8; c++)
          if (values[index(i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2))]! < 0) negative++;
        if (negative === 0 || negative === 8) continue;
        const start: [number, number, number] = [
          min[0] + (i + 0.5) * step,
          min[1] + (j + 0.5) * step,
          min[2] + (k + 0.5) * step,
        ];
        const { position, normal } = settle(field, start, step);
        vertices[index(i, j, k)] = mesh.add(position, normal);
      }

  const triangles = mesh.group(group);
  const quad = (a: number, b: number, c: number, d: number, flip: boolean): void => {
    if (flip) triangles.push(a, c, b, b, c, d);
    else triangles.push(a, b, c, b, d, c);
  };
  for (let i = 1; i < nx - 1; i++)
    for (let j = 1; j < ny - 1; j++)
      for (let k = 1; k < nz - 1; k++) {
        const here = values[index(i, j, k)]! < 0;
        const v = (di: number, dj: number, dk: number): number =>
          vertices[index(i - di, j - dj, k - dk)]!;
        if (here !== values[index(i + 1, j, k)]! < 0)
          quad(v(0, 1, 1), v(0, 0, 1), v(0, 1, 0), v(0, 0, 0), !here);
        if (here !== values[index(i, j + 1, k)]! < 0)
          quad(v(1, 0, 1), v(0, 0, 1), v(1, 0, 0), v(0, 0, 0), here);
        if (here !== values[index(i, j, k + 1)]! < 0)
          quad(v(1, 1, 0), v(0, 1, 0), v(1, 0, 0), v(0, 0, 0), !here);
      }
  return mesh;
}

function settle(
  field: Field3,
  start: [number, number, number],
  step: number,
): { position: [number, number, number]; normal: [number, number, number] } {
  const p: [number, number, number] = [...start];
  let g = gradient(field, p);
  for (let round = 0; round < 4; round++) {
    const value = field(...p);
    const steep = g[0] ** 2 + g[1] ** 2 + g[2] ** 2 || 1;
    for (let k = 0; k < 3; k++) {
      const moved = p[k]! - (g[k]! * value) / steep;
      p[k] = Math.min(start[k]! + step * 0.6, Math.max(start[k]! - step * 0.6, moved));
    }
    g = gradient(field, p);
  }
  const length = Math.hypot(...g) || 1;
  return { position: p, normal: [g[0] / length, g[1] / length, g[2] / length] };
}

function gradient(field: Field3, [x, y, z]: readonly number[]): [number, number, number] {
  const h = 0.004;
  return [
    (field(x! + h, y!, z!) - field(x! - h, y!, z!)) / (2 * h),
    (field(x!, y! + h, z!) - field(x!, y! - h, z!)) / (2 * h),
    (field(x!, y!, z! + h) - field(x!, y!, z! - h)) / (2 * h),
  ];
}
