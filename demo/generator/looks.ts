import type { Look } from './scene/car.ts';

const cloths = {
  black: { seat: '#26282c', trim: '#1b1c1f', panel: '#3d4046' },
  beige: { seat: '#b89d7b', trim: '#38322b', panel: '#93816a' },
  cognac: { seat: '#8c4a20', trim: '#1f1b19', panel: '#553420' },
  grey: { seat: '#6d727a', trim: '#2a2d32', panel: '#7d828a' },
} satisfies Record<string, Look['cloth']>;

const bright = '#c9ccd2';
const dark = '#26282c';

interface Model {
  cloth: keyof typeof cloths;
  /** Light in the studio when the interior is photographed. */
  inside: string;
}

/** What cars of one model have in common, by the name of the design. */
export const models: Record<string, Model> = {
  vireo: { cloth: 'black', inside: 'white' },
  meridian: { cloth: 'grey', inside: 'grey' },
  solenne: { cloth: 'cognac', inside: 'white' },
  fjell: { cloth: 'cognac', inside: 'blue' },
  skog: { cloth: 'beige', inside: 'white' },
  holm: { cloth: 'grey', inside: 'sand' },
  strix: { cloth: 'black', inside: 'white' },
  aria: { cloth: 'beige', inside: 'sand' },
  drover: { cloth: 'black', inside: 'white' },
  harbor: { cloth: 'grey', inside: 'white' },
  pip: { cloth: 'grey', inside: 'blue' },
  one: { cloth: 'beige', inside: 'blue' },
};

interface Appearance {
  place: string;
  paint: Look['paint'];
  wheel: Look['wheel'];
}

const appearance = (
  place: string,
  color: string,
  metal: number,
  style: string,
  wheel = bright,
): Appearance => ({ place, paint: { color, metal }, wheel: { style, color: wheel } });

/** Paint, wheels and studio by stock number. */
export const appearances: Record<string, Appearance> = {
  'DM-1001': appearance('grey', '#940b1c', 0.45, 'double'),
  'DM-1002': appearance('white', '#0b2a5c', 0.5, 'ten'),
  'DM-1003': appearance('night', '#e8540c', 0.15, 'split'),
  'DM-1004': appearance('blue', '#fbfcfd', 0, 'rugged'),
  'DM-1005': appearance('sand', '#7f9a7c', 0.2, 'aero'),
  'DM-1006': appearance('night', '#747b85', 0.6, 'fork'),
  'DM-1007': appearance('sand', '#2f4a34', 0.45, 'fork'),
  'DM-1008': appearance('white', '#b5090d', 0.1, 'fork'),
  'DM-1009': appearance('grey', '#ef7b12', 0.2, 'turbine'),
  'DM-1010': appearance('blue', '#b9bfc6', 0.75, 'double'),
  'DM-1011': appearance('grey', '#fbfcfd', 0, 'turbine'),
  'DM-1012': appearance('blue', '#cdb892', 0.3, 'star'),
  'DM-1013': appearance('grey', '#020203', 0, 'ten'),
  'DM-1014': appearance('sand', '#c9ced5', 0.5, 'star'),
  'DM-1015': appearance('grey', '#f3f3f1', 0, 'split', dark),
  'DM-1016': appearance('sand', '#8f1210', 0.4, 'rugged', dark),
  'DM-1017': appearance('blue', '#fbfcfd', 0, 'aero'),
  'DM-1018': appearance('white', '#101c3c', 0.5, 'split'),
  'DM-1019': appearance('blue', '#5b626b', 0.65, 'ten'),
  'DM-1020': appearance('sand', '#1180a8', 0.4, 'ten'),
  'DM-1021': appearance('white', '#1560c8', 0.35, 'star'),
  'DM-1022': appearance('grey', '#16264a', 0.5, 'turbine'),
  'DM-1023': appearance('night', '#0c6b45', 0.45, 'double'),
  'DM-1024': appearance('grey', '#a65a2c', 0.55, 'turbine', dark),
};

export function look(stockNumber: string, design: string): Look {
  const { paint, wheel } = appearances[stockNumber]!;
  return { paint, wheel, cloth: cloths[models[design]!.cloth] };
}

/** The same for all cars of a model: no paint of a certain car in the picture. */
export function insideLook(design: string): Look {
  return {
    paint: { color: '#3c4046', metal: 0.4 },
    wheel: { style: 'double', color: bright },
    cloth: cloths[models[design]!.cloth],
  };
}
