import * as THREE from 'three';
import type { Form } from './form.ts';
import type { Design } from './design.ts';
import { cut, cutBand, type Field3 } from './mesh.ts';
import { surface } from './nets.ts';
import { fromMesh, mirrored, tube } from './parts.ts';
import { smoothMin } from './shape.ts';

type Make = (name: string, geometry: THREE.BufferGeometry) => void;

/** Where things are inside, for the cameras too. */
export interface Cockpit {
  dash: number;
  top: number;
  wheel: THREE.Vector3;
  eye: THREE.Vector3;
}

export function cockpit({ seats }: Design, { belt }: Form): Cockpit {
  const front = seats.rows[0]!;
  const { dash } = seats;
  const top = belt(dash) - 0.015;
  return {
    dash,
    top,
    wheel: new THREE.Vector3(dash - 0.2, top - 0.07, -seats.wide),
    eye: new THREE.Vector3(front - 0.04, top + 0.2, -seats.wide),
  };
}

const box = (
  p: readonly number[],
  center: readonly number[],
  half: readonly number[],
  round: number,
): number => {
  const q = p.map((v, k) => Math.abs(v - center[k]!) - half[k]! + round);
  const outside = Math.hypot(...q.map((v) => Math.max(v, 0)));
  return outside + Math.min(Math.max(...q), 0) - round;
};

export function interior(design: Design, shape: Form, fine: boolean, make: Make): void {
  const { seats } = design;
  const place = cockpit(design, shape);
  for (const [row, x] of seats.rows.entries()) {
    const bench = row > 0;
    const seat = seatGeometry(x, seats.floor + row * 0.02, seats.wide, bench, fine ? 0.0165 : 0.03);
    for (const [name, geometry] of seat) {
      make(name, geometry);
      make(name, mirrored(geometry));
    }
  }
  dashboard(design, shape, place, fine ? 0.018 : 0.03, make);
  steering(place, make);
  const wide = shape.bodyWidth(0, 0.6) - 0.1;
  const low = Math.min(...design.body.map(([, y]) => y)) + 0.1;
  const last = seats.rows.at(-1)! - 0.5;
  make(
    'carpet',
    new THREE.BoxGeometry(place.dash + 0.3 - last, 0.04, wide * 2).translate(
      (place.dash + 0.3 + last) / 2,
      Math.max(seats.floor - 0.04, low),
      0,
    ),
  );
  make(
    'carpet',
    new THREE.BoxGeometry(0.04, place.top - seats.floor - 0.1, wide * 2).translate(
      place.dash + 0.3,
      (place.top + seats.floor) / 2 - 0.08,
      0,
    ),
  );
  const bulkhead = shape.belt(last) - seats.floor - 0.06;
  make(
    'carpet',
    new THREE.BoxGeometry(0.04, bulkhead, wide * 2 - 0.1).translate(last, seats.floor + bulkhead / 2, 0),
  );
  for (const x of seats.rows) {
    const rest = new THREE.CapsuleGeometry(0.035, 0.42, 6, 16)
      .rotateZ(Math.PI / 2)
      .translate(x + 0.2, seats.floor + 0.4, wide - 0.02);
    make('dash', rest);
    make('dash', mirrored(rest));
  }
}

function seatGeometry(
  x: number,
  floor: number,
  wide: number,
  bench: boolean,
  step: number,
): Map<string, THREE.BufferGeometry> {
  const middle = wide;
  const half = bench ? Math.min(0.33, wide - 0.03) : 0.26;
  const hip = floor + 0.24;
  const lean = 0.36;
  const field: Field3 = (px, py, pz) => {
    const z = pz - middle;
    const bolster = bench ? 0.012 : 0.05;
    const sink = bolster * (1 - Math.min(1, (Math.abs(z) / (half * 0.72)) ** 4));
    const cushion = box(
      [px, py + sink * 0.8, z],
      [x + 0.14, hip - 0.05, 0],
      [0.28, 0.1, half],
      0.06,
    );
    const [dx, dy] = [px - (x - 0.1), py - (hip - 0.02)];
    const [along, out] = [
      dy * Math.cos(lean) - dx * Math.sin(lean),
      dx * Math.cos(lean) + dy * Math.sin(lean),
    ];
    const taper = half * (1 - 0.12 * Math.max(0, along));
    const tall = bench ? 0.3 : 0.36;
    const back = box(
      [out + sink * 1.1, along, z],
      [0, tall - 0.06, 0],
      [0.075, tall, taper],
      0.065,
    );
    const head = box(
      [out - 0.01, along, z],
      [0, 2 * tall + 0.04 - (bench ? 0.03 : 0), 0],
      [0.05, bench ? 0.065 : 0.085, 0.13],
      0.045,
    );
    const post = Math.max(
      Math.hypot(out + 0.005, Math.abs(z) - 0.05) - 0.008,
      Math.abs(along - 2 * tall + 0.06) - 0.06,
    );
    const plinth = box([px, py, z], [x + 0.1, floor + 0.09, 0], [0.2, 0.09, half - 0.06], 0.03);
    return Math.min(smoothMin(cushion, back, 0.04), head, post, plinth);
  };
  const mesh = surface(
    field,
    {
      min: [x - 0.6, floor - 0.08, middle - half - 0.06],
      max: [x + 0.5, floor + 1.16, middle + half + 0.06],
    },
    step,
    'seat',
  );
  cut(mesh, 'seat', 'seam', ([, , z]) => half * 0.64 - Math.abs(z - middle));
  cutBand(mesh, 'seat', 'dash', 0.004, ([, , z]) => Math.abs(z - middle) - half * 0.6);
  return new Map([...mesh.groups.keys()].map((name) => [name, fromMesh(mesh, name)]));
}

function dashboard(
  design: Design,
  shape: Form,
  { dash, top }: Cockpit,
  step: number,
  make: Make,
): void {
  const { seats } = design;
  const wide = shape.bodyWidth(dash, top - 0.15) - 0.07;
  const field: Field3 = (x, y, z) => {
    const arc = 0.07 * (z / wide) ** 2;
    const upper = box([x + arc, y, z], [dash + 0.16, top - 0.06, 0], [0.16, 0.06, wide], 0.045);
    const lower = box([x + arc, y, z], [dash + 0.2, top - 0.22, 0], [0.14, 0.16, wide], 0.06);
    const brow = box([x, y, z], [dash + 0.08, top + 0.005, -seats.wide], [0.1, 0.05, 0.19], 0.04);
    const tunnel = box([x, y, z], [dash - 0.3, seats.floor + 0.17, 0], [0.62, 0.16, 0.13], 0.05);
    const stack = box(
      [x - (top - y) * 0.35, y, z],
      [dash + 0.06, top - 0.26, 0],
      [0.1, 0.2, 0.14],
      0.04,
    );
    return smoothMin(
      smoothMin(smoothMin(upper, lower, 0.03), brow, 0.05),
      smoothMin(tunnel, stack, 0.12),
      0.05,
    );
  };
  const mesh = surface(
    field,
    {
      min: [dash - 1, seats.floor - 0.05, -wide - 0.04],
      max: [dash + 0.42, top + 0.1, wide + 0.04],
    },
    step,
    'dash',
  );
  cut(mesh, 'dash', 'soft', ([x, y]) => Math.max(y - (top - 0.145), dash - 0.3 - x));
  cut(mesh, 'dash', 'wood', ([x, y], [nx]) =>
    Math.max(Math.abs(y - top + 0.122) - 0.022, nx + 0.3, dash - 0.12 - x),
  );
  cut(mesh, 'dash', 'gloss', ([x, y, z], [, ny]) =>
    Math.max(Math.abs(z) - 0.085, 0.7 - ny, y - seats.floor - 0.4, x - dash + 0.02),
  );
  for (const name of mesh.groups.keys()) make(name, fromMesh(mesh, name));

  for (const z of [-wide + 0.1, -0.26 + 0.12, 0.16, wide - 0.1]) {
    const x = dash - 0.07 * (z / wide) ** 2 - 0.004;
    make('dark', new THREE.BoxGeometry(0.02, 0.045, 0.13).translate(x, top - 0.07, z));
    for (const dy of [-0.013, 0, 0.013])
      make(
        'satin',
        new THREE.BoxGeometry(0.022, 0.003, 0.126).translate(x - 0.002, top - 0.07 + dy, z),
      );
  }
  const tilt = 0.2;
  const screen = (geometry: THREE.BufferGeometry, back: number): THREE.BufferGeometry =>
    geometry
      .rotateY(-Math.PI / 2)
      .translate(-back, 0, 0)
      .rotateZ(-tilt)
      .translate(dash - 0.035, top + 0.035, 0.03);
  make('gloss', screen(new THREE.BoxGeometry(0.4, 0.215, 0.014), 0));
  make('screen', screen(new THREE.PlaneGeometry(0.384, 0.2), 0.009));
  make(
    'gauges',
    new THREE.PlaneGeometry(0.33, 0.115)
      .rotateY(-Math.PI / 2)
      .rotateZ(-0.25)
      .translate(dash - 0.028, top - 0.012, -seats.wide),
  );
  make(
    'gloss',
    new THREE.BoxGeometry(0.012, 0.13, 0.35)
      .rotateZ(-0.25)
      .translate(dash - 0.018, top - 0.012, -seats.wide),
  );
  make(
    'satin',
    new THREE.CapsuleGeometry(0.021, 0.06, 6, 20).translate(dash - 0.34, seats.floor + 0.37, 0),
  );
  for (const x of [-0.58, -0.47])
    make(
      'dark',
      new THREE.CylinderGeometry(0.04, 0.04, 0.012, 32).translate(dash + x, seats.floor + 0.327, 0),
    );
}

function steering({ wheel }: Cockpit, make: Make): void {
  const place = (geometry: THREE.BufferGeometry): THREE.BufferGeometry =>
    geometry
      .rotateY(-Math.PI / 2)
      .rotateZ(-0.42)
      .translate(wheel.x, wheel.y, wheel.z);
  make('seam', place(new THREE.TorusGeometry(0.182, 0.0165, 20, 80).scale(1, 0.97, 1)));
  make('dash', place(new THREE.SphereGeometry(0.075, 32, 20).scale(1.15, 0.85, 0.42)));
  make('satin', place(new THREE.TorusGeometry(0.019, 0.003, 12, 32).translate(0, 0, 0.032)));
  for (const angle of [0.05, Math.PI - 0.05]) {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    make(
      'gloss',
      place(
        new THREE.BoxGeometry(0.12, 0.042, 0.02)
          .rotateZ(angle)
          .translate(c * 0.115, s * 0.115, 0.005),
      ),
    );
    make(
      'satin',
      place(
        new THREE.BoxGeometry(0.07, 0.006, 0.022)
          .rotateZ(angle)
          .translate(c * 0.115, s * 0.115 - 0.022, 0.005),
      ),
    );
  }
  make('satin', place(new THREE.BoxGeometry(0.03, 0.12, 0.016).translate(0, -0.12, 0)));
  const column = tube([wheel.clone(), wheel.clone().add(new THREE.Vector3(0.24, -0.09, 0))], 0.035);
  make('dash', column);
}
