import type { Design } from './design.ts';
import { cut, refine, scaled, shifted, sum, wall, type Mesh } from './mesh.ts';
import { polygon, rounded, smoothMax } from './shape.ts';

/** Lamps: a clear or red pane with a bucket behind it. */
export function lights(design: Design, mesh: Mesh): void {
  const head = polygon(rounded(design.headlight.outline, 0.03));
  const headCut = cut(mesh, 'paint', 'lens', ([x, y, z]) =>
    x < 0.5 ? 1 : smoothMax(head(z, y), design.headlight.behind - x, 0.02),
  );
  wall(mesh, headCut, 'bucket', (v) => sum(scaled(mesh.normal(v), -0.03), [-0.05, 0, 0]));
  shifted(mesh, 'lens', 'bucket', -0.06);

  const tail = polygon(rounded(design.taillight.outline, 0.03));
  const tailCut = cut(mesh, 'paint', 'redLens', ([x, y, z]) =>
    x > -0.5 ? 1 : smoothMax(tail(z, y), x - design.taillight.before, 0.02),
  );
  wall(mesh, tailCut, 'redBucket', (v) => scaled(mesh.normal(v), -0.035));
  shifted(mesh, 'redLens', 'redBucket', -0.035);
}

/** Grilles and air intakes. */
export function fascia(design: Design, mesh: Mesh): void {
  for (const [i, { outline, pattern, chrome }] of design.grilles.entries()) {
    const shape = polygon(rounded(outline, 0.04));
    const at =
      (grow: number) =>
      ([x, y, z]: readonly number[], [nx]: readonly number[]): number =>
        x! < 0.5 || nx! < 0.1 ? 1 : shape(z!, y!) - grow;
    if (chrome) cut(mesh, 'paint', 'chrome', at(0.014));
    const opening = cut(mesh, chrome ? 'chrome' : 'paint', `~grille${i}`, at(0));
    wall(mesh, opening, 'dark', () => [-0.1, 0, 0]);
    shifted(mesh, `~grille${i}`, 'dark', -0.055);
    slats(mesh, `~grille${i}`, pattern, chrome ?? false);
    mesh.groups.delete(`~grille${i}`);
  }
  for (const [i, outline] of design.rearIntakes.entries()) {
    const shape = polygon(rounded(outline, 0.03));
    const opening = cut(mesh, 'paint', `~rear${i}`, ([x, y, z], [nx]) =>
      x > -0.5 || nx > -0.1 ? 1 : shape(z, y),
    );
    wall(mesh, opening, 'dark', () => [0.03, 0, 0]);
    shifted(mesh, `~rear${i}`, 'clad', -0.012);
    mesh.groups.delete(`~rear${i}`);
  }
}

function slats(mesh: Mesh, group: string, pattern: string, chrome: boolean): void {
  if (pattern === 'plain') return;
  const wave = (v: number, period: number, width: number): number =>
    Math.abs(v / period - Math.round(v / period)) * period - width;
  const into = chrome && pattern === 'bars' ? 'satin' : 'gloss';
  shifted(mesh, group, '~slats', -0.018);
  refine(mesh, '~slats', 2);
  const opening = cut(mesh, '~slats', '~bars', ([, y, z]) => {
    if (pattern === 'bars') return wave(y, 0.05, 0.009);
    if (pattern === 'fins') return wave(z, 0.042, 0.007);
    return Math.min(wave(y + z * 0.6, 0.042, 0.0065), wave(y - z * 0.6, 0.042, 0.0065));
  });
  wall(mesh, opening, into, () => [-0.02, 0, 0]);
  mesh.group(into).push(...mesh.group('~bars'));
  mesh.groups.delete('~slats');
  mesh.groups.delete('~bars');
}
