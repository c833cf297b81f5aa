import type { Design } from './design.ts';
import { fascia, lights } from './face.ts';
import type { Form } from './form.ts';
import { cut, cutBand, scaled, wall, type Cutter, type Mesh } from './mesh.ts';
import { surface } from './nets.ts';
import { polygon, rounded, smoothMax, type Point } from './shape.ts';

/** One half (z ≥ 0) of the outer skin, cut into named groups. */
export function skin(design: Design, shape: Form, step: number): Mesh {
  const { bounds } = shape;
  const mesh = surface(
    shape.whole,
    {
      min: [bounds.rear - 0.08, 0.1, -step / 2],
      max: [
        bounds.front + 0.08,
        bounds.top + 0.08,
        Math.max(...design.plan.map(([, w]) => w)) + 0.12,
      ],
    },
    step,
    'paint',
  );
  const half = design.wheelbase / 2;
  const wheelY = design.tire.radius;
  const archRadius = design.tire.radius + design.arch.gap;

  const arches = (x: number, y: number): number =>
    Math.min(Math.hypot(x - half, y - wheelY), Math.hypot(x + half, y - wheelY));
  const archCut = cut(mesh, 'paint', 'gone', ([x, y, z]) =>
    Math.max(arches(x, y) - archRadius, 0.45 - z),
  );
  wall(mesh, archCut, 'liner', () => [0, 0, -0.45]);
  mesh.groups.delete('gone');

  if (design.open) cockpitOpening(design.open.outline, mesh);
  cabinGlass(design, shape, mesh, step);
  lights(design, mesh);
  fascia(design, mesh);

  const cladTop = design.clad;
  cut(mesh, 'paint', 'clad', ([x, y, z]) =>
    Math.min(
      y - cladTop,
      design.arch.clad ? Math.max(arches(x, y) - archRadius - design.arch.clad, 0.4 - z) : 1,
    ),
  );
  gaps(design, shape, mesh);
  return mesh;
}

function cockpitOpening(outline: readonly Point[], mesh: Mesh): void {
  const edge = polygon(rounded(outline, 0.12));
  cut(mesh, 'paint', 'trim', ([x, , z], [, ny]) => (ny < 0.1 ? 1 : edge(x, z) - 0.022));
  const opening = cut(mesh, 'trim', 'gone', ([x, , z], [, ny]) => (ny < 0.1 ? 1 : edge(x, z)));
  wall(mesh, opening, 'soft', () => [0, -0.62, 0]);
  mesh.groups.delete('gone');
}

/** The windscreen of an open car stands alone in its frame. */
function loneScreen(shape: Form, step: number, mesh: Mesh, front: (grow: number) => Cutter): void {
  const screen = surface(
    (x, y, z) => shape.cabin(x, y, z),
    { min: [-0.7, 0.6, -step / 2], max: [1.3, shape.bounds.top + 0.08, 1] },
    step,
    'none',
  );
  cut(screen, 'none', 'trim', front(0.022));
  cut(screen, 'trim', 'glass', front(-0.012));
  for (const name of ['trim', 'glass']) {
    const copies = new Map<number, number>();
    for (const vertex of screen.groups.get(name) ?? []) {
      if (!copies.has(vertex))
        copies.set(vertex, mesh.add(screen.position(vertex), screen.normal(vertex)));
      mesh.group(name).push(copies.get(vertex)!);
    }
  }
}

function cabinGlass(design: Design, shape: Form, mesh: Mesh, step: number): void {
  const outline = polygon(rounded(design.glass.outline, 0.09));
  const sideGlass = (
    [x, y, z]: readonly number[],
    [, , nz]: readonly number[],
    grow: number,
  ): number =>
    nz! < 0.1
      ? 1
      : Math.max(
          smoothMax(
            shape.cabinEdge(x!, y!, z!) + design.glass.inset - grow,
            Math.max(outline(x!, y!), shape.belt(x!) + 0.02 - y!) - grow,
            0.05,
          ),
          (0.58 - nz!) * 0.3 - grow,
        );
  if (!design.open) {
    cut(mesh, 'paint', 'trim', (p, n) => sideGlass(p, n, 0.016));
    const opening = cut(mesh, 'trim', 'glass', (p, n) => sideGlass(p, n, 0));
    wall(mesh, opening, 'rubber', (v) => scaled(mesh.normal(v), -0.012));
    for (const [x, lean] of design.glass.pillars)
      cut(mesh, 'glass', 'gloss', ([px, py], [, , nz]) =>
        nz < 0.4 ? 1 : Math.abs(px - x - (py - 1) * lean) - 0.032,
      );
  }
  const { screen, back } = design;
  const front =
    (grow: number): Cutter =>
    ([x, y, z], [nx]) =>
      nx! < 0 || x! < -0.6
        ? 1
        : Math.max(
            smoothMax(
              Math.abs(z!) - shape.cabinWidth(x!, y!) + screen.pillar,
              Math.max(y! + 0.08 * z! * z! - screen.top, screen.bottom - 0.06 * z! * z! - y!),
              0.06,
            ) - grow,
            (shape.cabin(x, y, z) - 0.004) * 2,
            0.014 - shape.body(x, y, z),
          );
  if (design.open) return loneScreen(shape, step, mesh, front);
  cut(mesh, 'paint', 'frit', front(0.012));
  cut(mesh, 'frit', 'glass', front(-0.012));
  const rear =
    (grow: number) =>
    ([x, y, z]: readonly number[], [nx]: readonly number[]): number =>
      nx! > 0.1 || x! > back.from
        ? 1
        : Math.max(
            smoothMax(
              Math.abs(z!) - shape.cabinWidth(x!, y!) + back.pillar,
              Math.max(y! + 0.08 * z! * z! - back.top, back.bottom - 0.06 * z! * z! - y!),
              0.07,
            ) - grow,
            (shape.cabin(x!, y!, z!) - 0.004) * 2,
          );
  cut(mesh, 'paint', 'frit', rear(0.014));
  cut(mesh, 'frit', 'glass', rear(-0.014));
}

function gaps(design: Design, shape: Form, mesh: Mesh): void {
  const width = 0.0032;
  for (const group of ['paint', 'clad']) {
    for (const door of design.doors) {
      const outline = polygon(rounded(door, 0.06));
      cutBand(mesh, group, 'gap', width, ([x, y], [, , nz]) => (nz < 0.3 ? 1 : outline(x, y)));
    }
    const tail = polygon(rounded(design.tail, 0.06));
    cutBand(mesh, group, 'gap', width, ([x, y, z], [nx, ny]) =>
      x > -0.5 || (nx > -0.25 && ny < 0.5) ? 1 : tail(z, y),
    );
  }
  const hood = polygon(rounded(design.hood, 0.1));
  cutBand(mesh, 'paint', 'gap', width, ([x, y, z], [, ny]) =>
    ny < 0.45 || x < 0.2 || shape.cabin(x, y, z) < 0.03 ? 1 : hood(x, z),
  );
}
