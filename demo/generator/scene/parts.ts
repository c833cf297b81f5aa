import * as THREE from 'three';
import type { Form } from './form.ts';
import type { Design } from './design.ts';
import type { Point } from './shape.ts';
import { surface } from './nets.ts';
import type { Field3, Mesh } from './mesh.ts';

type Make = (name: string, geometry: THREE.BufferGeometry) => void;

/** What is mounted on the body: lamps, mirrors, handles, plates. Calls `make` with world geometry. */
export function parts(design: Design, shape: Form, make: Make): void {
  const both = (name: string, geometry: THREE.BufferGeometry): void => {
    make(name, geometry);
    make(name, mirrored(geometry));
  };
  lamps(design, shape, both);
  mirrors(design, shape, both);

  for (const [x, y] of design.handles) {
    const z = besideBody(shape, x, y);
    const grip = new THREE.CapsuleGeometry(0.013, 0.17, 6, 16).rotateZ(Math.PI / 2);
    both('paint', grip.scale(1, 1.15, 0.8).translate(x, y, z + 0.014));
    const recess = new THREE.SphereGeometry(0.05, 24, 12).scale(1.2, 0.62, 0.1);
    both('dark', recess.translate(x, y, z - 0.001));
  }
  for (const [z, y] of design.exhausts ?? []) {
    const x = beforeBody(shape, y, z, -1);
    const tip = new THREE.CylinderGeometry(0.045, 0.045, 0.16, 32, 1, true).rotateZ(Math.PI / 2);
    both('chrome', tip.scale(1, 0.8, 1.3).translate(x + 0.05, y, z));
    both(
      'dark',
      new THREE.CircleGeometry(0.045, 32)
        .rotateY(-Math.PI / 2)
        .scale(1, 0.8, 1.3)
        .translate(x + 0.04, y, z),
    );
  }
  for (const [at, facing] of [
    [design.plates.front, 1],
    [design.plates.rear, -1],
  ] as const) {
    const x = beforeBody(shape, at[1], 0, facing);
    const board = new THREE.BoxGeometry(0.014, 0.13, 0.42);
    make(
      'trim',
      board
        .clone()
        .scale(1, 1.12, 1.05)
        .translate(x + facing * 0.004, at[1], 0),
    );
    make(
      facing > 0 ? 'plateFront' : 'plateRear',
      new THREE.PlaneGeometry(0.42, 0.13)
        .rotateY((facing * Math.PI) / 2)
        .translate(x + facing * 0.0145, at[1], 0),
    );
  }
  badge(design, shape, make);
  const half = design.wheelbase / 2;
  const arch = design.tire.radius + design.arch.gap + 0.02;
  const low = design.body.reduce((least, [, y]) => Math.min(least, y), 1) + 0.08;
  for (const x of [half, -half]) {
    both(
      'liner',
      new THREE.CircleGeometry(arch, 40, 0, Math.PI).translate(x, design.tire.radius, 0.45),
    );
    const rest = design.tire.radius - low;
    both('liner', new THREE.PlaneGeometry(arch * 2, rest).translate(x, low + rest / 2, 0.45));
  }
  if (design.open)
    both(
      'satin',
      tube(
        [-0.2, -0.19, -0.15, 0, 0.15, 0.19, 0.2].map(
          (dz, i) =>
            new THREE.Vector3(
              -0.86,
              i % 6 === 0 ? 0.75 : i === 1 || i === 5 ? 1 : 1.07 - Math.abs(dz) * 0.1,
              design.seats.wide + dz,
            ),
        ),
        0.018,
      ),
    );
  if (design.fin) {
    const y = aboveBody(shape, design.fin, 0);
    const fin = new THREE.SphereGeometry(0.05, 20, 12).scale(1.6, 0.9, 0.28);
    make('roof', fin.translate(design.fin, y, 0));
  }
  if (design.rails) {
    const { from, to, z } = design.rails;
    const path = Array.from({ length: 9 }, (_, i) => {
      const x = from + ((to - from) * i) / 8;
      return new THREE.Vector3(x, aboveBody(shape, x, z) + (i % 8 ? 0.035 : -0.005), z);
    });
    both('satin', tube(path, 0.014));
  }
}

function lamps(design: Design, shape: Form, both: Make): void {
  const along = (points: readonly Point[], facing: number, depth: number): THREE.Vector3[] =>
    points
      .map(
        ([z, y]) =>
          new THREE.Vector3(beforeBody(shape, y, z, facing) - facing * depth, y, z - depth * 0.35),
      )
      .filter(({ x }) => (facing > 0 ? shape.bounds.front - x : x - shape.bounds.rear) < 0.75);
  for (const line of design.headlight.signature)
    both('beam', tube(along(dense(line), 1, 0.016), 0.0075));
  for (const [z, y, r = 0.025] of design.headlight.projectors) {
    const x = beforeBody(shape, y, z, 1) - 0.045;
    both('projector', new THREE.SphereGeometry(r * 0.8, 24, 16).translate(x, y, z));
    both(
      'chrome',
      new THREE.TorusGeometry(r, r * 0.16, 12, 32)
        .rotateY(Math.PI / 2)
        .translate(x + r * 0.5, y, z),
    );
  }
  for (const line of design.taillight.signature)
    both('redBeam', tube(along(dense(line), -1, 0.012), 0.009));
}

function dense(line: readonly Point[]): Point[] {
  return line.slice(1).flatMap(([z, y], i) => {
    const [z0, y0] = line[i]!;
    return Array.from({ length: 9 }, (_, k): Point => [
      z0 + ((z - z0) * k) / 8,
      y0 + ((y - y0) * k) / 8,
    ]);
  });
}

function mirrors(design: Design, shape: Form, both: Make): void {
  const [x, y] = design.mirror;
  const base = besideCabin(shape, x, y);
  const z = base + 0.17;
  const shell: Field3 = (px, py, pz) => {
    const [a, b, c] = [
      (px - x) / (px > x ? 0.085 : 0.05),
      (py - y - 0.01) / 0.068,
      (pz - z) / 0.115,
    ];
    return (Math.abs(a) ** 2.6 + Math.abs(b) ** 2.8 + Math.abs(c) ** 2.8) ** (1 / 2.7) - 1;
  };
  const box = { min: [x - 0.08, y - 0.1, z - 0.15], max: [x + 0.12, y + 0.11, z + 0.15] } as const;
  const mesh = surface((...p) => shell(...p) * 0.06, box, 0.012, 'shell');
  both('paint', fromMesh(mesh, 'shell'));
  both('gloss', new THREE.BoxGeometry(0.06, 0.018, 0.16).translate(x, y - 0.05, base + 0.06));
  both(
    'projector',
    new THREE.SphereGeometry(1, 24, 16).scale(0.006, 0.055, 0.1).translate(x - 0.046, y + 0.008, z),
  );
}

function badge(design: Design, shape: Form, make: Make): void {
  for (const facing of [1, -1] as const) {
    const brow = Math.max(...design.grilles[0]!.outline.map((p) => p[1])) + 0.035;
    const lamp = design.headlight.projectors[0]![1];
    const y = facing > 0 ? (lamp - brow > 0.2 ? lamp - 0.02 : brow) : design.plates.rear[1] + 0.15;
    const x = beforeBody(shape, y, 0, facing);
    const further = beforeBody(shape, y + 0.02, 0, facing);
    const lean = Math.atan2(x - further, 0.02 * facing);
    const ring = new THREE.TorusGeometry(0.034, 0.005, 12, 40).rotateY(Math.PI / 2);
    const center = new THREE.CylinderGeometry(0.03, 0.032, 0.006, 40).rotateZ(Math.PI / 2);
    make('chrome', ring.rotateZ(lean).translate(x + facing * 0.004, y, 0));
    make('gloss', center.rotateZ(lean).translate(x + facing * 0.003, y, 0));
  }
}

export function tube(path: THREE.Vector3[], radius: number): THREE.BufferGeometry {
  return new THREE.TubeGeometry(
    new THREE.CatmullRomCurve3(path, false, 'centripetal'),
    path.length * 3,
    radius,
    10,
  );
}

export function fromMesh(mesh: Mesh, group: string): THREE.BufferGeometry {
  const index = mesh.groups.get(group) ?? [];
  const used = new Map<number, number>();
  const [positions, normals, indices]: [number[], number[], number[]] = [[], [], []];
  for (const vertex of index) {
    let at = used.get(vertex);
    if (at === undefined) {
      at = used.size;
      used.set(vertex, at);
      positions.push(...mesh.position(vertex));
      normals.push(...mesh.normal(vertex));
    }
    indices.push(at);
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute('position', new THREE.Float32BufferAttribute(positions, 3));
  geometry.setAttribute('normal', new THREE.Float32BufferAttribute(normals, 3));
  geometry.setIndex(indices);
  return geometry;
}

/** The same on the other side of the car. */
export function mirrored(geometry: THREE.BufferGeometry): THREE.BufferGeometry {
  const copy = geometry.clone().scale(1, 1, -1);
  const index = copy.getIndex();
  if (index)
    for (let i = 0; i < index.count; i += 3) {
      const second = index.getX(i + 1);
      index.setX(i + 1, index.getX(i + 2));
      index.setX(i + 2, second);
    }
  return copy;
}

function march(inside: (t: number) => boolean, from: number, to: number): number {
  const steps = 200;
  for (let i = 0; i < steps; i++) {
    let [a, b] = [from + ((to - from) * i) / steps, from + ((to - from) * (i + 1)) / steps];
    if (!inside(b)) continue;
    for (let round = 0; round < 14; round++) {
      const middle = (a + b) / 2;
      if (inside(middle)) b = middle;
      else a = middle;
    }
    return b;
  }
  return to;
}

/** Where a ray along x first meets the car; `facing` 1 comes from the front, -1 from the rear. */
export function beforeBody({ whole, bounds }: Form, y: number, z: number, facing: number): number {
  const [from, to] = facing > 0 ? [bounds.front + 0.1, 0] : [bounds.rear - 0.1, 0];
  return march((x) => whole(x, y, z) < 0, from, to);
}

export function besideBody({ whole }: Form, x: number, y: number): number {
  return march((z) => whole(x, y, z) < 0, 1.3, 0);
}

function besideCabin({ cabin }: Form, x: number, y: number): number {
  return march((z) => cabin(x, y, z) < 0, 1.3, 0.3);
}

export function aboveBody({ whole, bounds }: Form, x: number, z: number): number {
  return march((y) => whole(x, y, z) < 0, bounds.top + 0.1, 0.3);
}
