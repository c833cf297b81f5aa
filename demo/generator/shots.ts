export type Shot =
  | 'front-three-quarter'
  | 'side'
  | 'rear-three-quarter'
  | 'front'
  | 'wheel'
  | 'dashboard'
  | 'seats';

interface ShotFacts {
  /** Of the shipped original, in pixels: together the files must stay below 8 MB. */
  width: number;
  /** Follows the name of the car in the alternative text. */
  alt: string;
  caption?: string;
  /** Shows nothing of the paint, so that cars of one model share it. */
  inside?: true;
}

export const shots: Record<Shot, ShotFacts> = {
  'front-three-quarter': { width: 1280, alt: 'from the front left' },
  side: { width: 800, alt: 'from the left side' },
  'rear-three-quarter': { width: 800, alt: 'from the rear left' },
  front: { width: 640, alt: 'from the front' },
  wheel: { width: 640, alt: 'front wheel', caption: 'Wheel and brake' },
  dashboard: { width: 800, alt: 'dashboard and steering wheel', caption: 'Dashboard', inside: true },
  seats: { width: 640, alt: 'seats', caption: 'Seats', inside: true },
};

const all = Object.keys(shots) as Shot[];

/** The gallery of a car, in order, cover first. The second car of a model has no wheel. */
export function gallery(first: boolean): Shot[] {
  return first ? all : all.filter((shot) => shot !== 'wheel');
}
