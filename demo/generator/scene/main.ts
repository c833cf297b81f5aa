import { Mesh } from 'three';
import { car, type Car, type Look, type View } from './car.ts';
import { designs } from './designs.ts';
import { cockpit } from './interior.ts';
import { Photographer, type Lens, type Shutter } from './photograph.ts';

export interface Order {
  design: string;
  look: Look;
  place: string;
  shot: string;
  shutter: Shutter;
}

const views: Record<string, View> = {
  dashboard: 'inside',
  seats: 'inside',
};

let photographer: Photographer | undefined;
let parked: { key: string; car: Car } | undefined;

function photograph({ design: name, look, place, shot, shutter }: Order): string {
  const design = designs[name];
  if (!design) throw new Error(`no design: ${name}`);
  const view = views[shot] ?? 'outside';
  const key = JSON.stringify([name, look, view]);
  if (parked?.key !== key) {
    parked?.car.object.traverse((part) => {
      if (part instanceof Mesh) part.geometry.dispose();
    });
    parked = { key, car: car(design, look, view) };
  }
  const { object, shape } = parked.car;
  photographer ??= new Photographer();
  return photographer.shoot(object, place, lens(shot), shutter);

  function lens(angle: string): Lens {
    const { front, rear, top } = shape.bounds;
    const middle = (front + rear) / 2;
    const size = Math.max((front - rear) / 4.75, 0.9);
    const aim = top * 0.44;
    const half = design!.wheelbase / 2;
    const seat = cockpit(design!, shape);
    const far = (x: number, y: number, z: number): [number, number, number] => [
      middle + x * size,
      y,
      z * size,
    ];
    switch (angle) {
      case 'front-three-quarter':
        return {
          eye: far(6.6, 1.25, -5),
          target: [middle + 0.12, aim, 0],
          fov: 24.2,
          aperture: 0.02,
        };
      case 'rear-three-quarter':
        return {
          eye: far(-6.6, 1.45, -5),
          target: [middle - 0.12, aim, 0],
          fov: 24.2,
          aperture: 0.02,
        };
      case 'side':
        return { eye: [middle, 1.05, -10 * size], target: [middle, aim - 0.02, 0], fov: 25 };
      case 'front':
        return { eye: [front + 5.6, 1.05, -0.5], target: [front, aim, 0], fov: 21 };
      case 'wheel':
        return {
          eye: [half + 0.75, 0.62, -design!.track - 1.25],
          target: [half + 0.02, design!.tire.radius + 0.06, -design!.track],
          fov: 38,
          aperture: 0.03,
        };
      case 'dashboard':
        return {
          eye: [seat.eye.x - 0.1, seat.eye.y - 0.01, 0.05],
          target: [seat.dash + 0.1, seat.top - 0.16, -0.05],
          fov: 71,
          exposure: 1.75,
          inside: true,
        };
      case 'seats':
        return {
          eye: [seat.dash - 0.2, seat.top + 0.13, 0.2],
          target: [seat.eye.x - 0.3, seat.top - 0.24, -0.14],
          fov: 74,
          exposure: 1.75,
          inside: true,
        };
    }
    throw new Error(`no such shot: ${angle}`);
  }
}

Object.assign(globalThis, { photograph });
