import * as THREE from 'three';
import { form, type Form } from './form.ts';
import type { Design } from './design.ts';
import { interior } from './interior.ts';
import { materials, type Cloth, type Paint } from './materials.ts';
import { shifted } from './mesh.ts';
import { fromMesh, mirrored, parts } from './parts.ts';
import { prints } from './prints.ts';
import { skin } from './skin.ts';
import { wheel } from './wheel.ts';

export interface Look {
  paint: Paint;
  cloth: Cloth;
  wheel: { style: string; color: string };
  roof?: string;
}

export interface Car {
  object: THREE.Group;
  shape: Form;
}

/** What the camera is close to: the rest is modeled more coarsely. */
export type View = 'outside' | 'inside';

/** The finished car, front along +x, standing on y = 0. */
export function car(design: Design, look: Look, view: View): Car {
  const shape = form(design);
  const object = new THREE.Group();
  const finish = {
    ...materials(look.paint, look.cloth, look.wheel.color, look.roof),
    ...prints(),
  };
  const unseen = new Set(['glass', 'glassBack', 'lens', 'redLens', 'beam', 'redBeam']);
  const make = (name: string, geometry: THREE.BufferGeometry, layer = 0): void => {
    const material = finish[name];
    if (!material) throw new Error(`no material: ${name}`);
    const mesh = new THREE.Mesh(geometry, material);
    mesh.layers.set(name === 'beam' || name === 'redBeam' ? 1 : layer);
    mesh.castShadow = !unseen.has(name);
    mesh.receiveShadow = true;
    if (name === 'paint') mesh.renderOrder = -1;
    if (unseen.has(name)) mesh.renderOrder = name === 'glassBack' ? 1 : 2;
    object.add(mesh);
  };

  const body = skin(design, shape, 0.0235);
  for (const group of ['paint', 'clad', 'gap', 'trim', 'frit', 'gloss'])
    if (body.groups.has(group)) shifted(body, group, 'inner', -0.03);
  const around = body.groups.get('inner') ?? [];
  const seen = (vertex: number): boolean =>
    Math.abs(body.position(vertex)[0]) < design.wheelbase / 2 + 0.5 &&
    body.position(vertex)[1] > design.seats.floor - 0.05;
  body.groups.set(
    'inner',
    around.filter((_, i) => seen(around[i - (i % 3)]!)),
  );
  const glass = body.groups.get('glass');
  if (glass) body.groups.set('glassBack', [...glass]);
  for (const name of body.groups.keys()) {
    const geometry = fromMesh(body, name);
    const layer = ['inner', 'glassBack', 'bucket', 'redBucket', 'gap', 'rubber'].includes(name)
      ? 1
      : 0;
    make(name, geometry, layer);
    make(name, mirrored(geometry), layer);
  }
  parts(design, shape, make);
  interior(design, shape, view === 'inside', (name, geometry) => make(name, geometry, 1));

  const rolling = wheel(design.tire, look.wheel.style);
  for (const name of rolling.groups.keys()) {
    const geometry = fromMesh(rolling, name);
    for (const [end, turn] of [
      [1, 0.3],
      [-1, 1.2],
    ] as const) {
      const placed = geometry
        .clone()
        .rotateZ(name === 'caliper' ? (end > 0 ? 1.9 : -0.2) : turn)
        .translate((end * design.wheelbase) / 2, design.tire.radius, design.track);
      make(name, placed);
      make(name, mirrored(placed));
    }
  }
  return { object, shape };
}
