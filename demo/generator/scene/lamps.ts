import type { Design } from './design.ts';
import type { Point } from './shape.ts';

export type HeadlightStyle = 'slim' | 'block' | 'round' | 'line';
export type TaillightStyle = 'slim' | 'bar' | 'upright' | 'corner' | 'round';
export type GrilleStyle = 'classic' | 'wide' | 'truck' | 'low' | 'smile' | 'slot';

const ring = (z: number, y: number, r: number, count = 20): Point[] =>
  Array.from({ length: count }, (_, i): Point => [
    z + r * Math.cos((i / count) * 2 * Math.PI),
    y + r * Math.sin((i / count) * 2 * Math.PI),
  ]);
const closed = (points: Point[]): Point[] => [...points, points[0]!];

export function headlight(
  style: HeadlightStyle,
  half: number,
  y: number,
  nose: number,
): Design['headlight'] {
  const h = half / 0.925;
  switch (style) {
    case 'slim':
      return {
        outline: [
          [0.46 * h, y - 0.035],
          [0.52 * h, y + 0.02],
          [1.1 * h, y + 0.08],
          [1.1 * h, y + 0.01],
          [0.8 * h, y - 0.065],
        ],
        behind: nose - 0.52,
        signature: [
          [
            [0.5 * h, y - 0.016],
            [0.66 * h, y - 0.034],
            [0.85 * h, y - 0.018],
          ],
        ],
        projectors: [
          [0.6 * h, y + 0.004, 0.025],
          [0.69 * h, y + 0.011, 0.025],
          [0.78 * h, y + 0.02, 0.025],
        ],
      };
    case 'block':
      return {
        outline: [
          [0.58 * h, y - 0.06],
          [0.56 * h, y + 0.065],
          [1.2 * h, y + 0.075],
          [1.2 * h, y - 0.05],
        ],
        behind: nose - 0.36,
        signature: [
          [
            [0.86 * h, y + 0.045],
            [0.6 * h, y + 0.042],
            [0.615 * h, y - 0.038],
            [0.86 * h, y - 0.035],
          ],
        ],
        projectors: [
          [0.68 * h, y, 0.028],
          [0.77 * h, y + 0.002, 0.028],
        ],
      };
    case 'round':
      return {
        outline: ring(0.66 * h, y, 0.108),
        behind: nose - 0.6,
        signature: [closed(ring(0.66 * h, y, 0.083, 16))],
        projectors: [[0.66 * h, y, 0.042]],
      };
    case 'line':
      return {
        outline: [
          [0.5 * h, y - 0.03],
          [0.62 * h, y + 0.012],
          [0.95 * h, y + 0.07],
          [0.95 * h, y + 0.03],
          [0.72 * h, y - 0.055],
        ],
        behind: nose - 0.6,
        signature: [
          [
            [0.54 * h, y - 0.022],
            [0.7 * h, y - 0.03],
            [0.83 * h, y + 0.022],
          ],
        ],
        projectors: [
          [0.66 * h, y - 0.002, 0.018],
          [0.73 * h, y + 0.01, 0.018],
        ],
      };
  }
}

export function taillight(
  style: TaillightStyle,
  half: number,
  y: number,
  tail: number,
): Design['taillight'] {
  const h = half / 0.925;
  switch (style) {
    case 'slim':
      return {
        outline: [
          [0.4 * h, y - 0.035],
          [0.42 * h, y + 0.035],
          [1.1 * h, y + 0.06],
          [1.1 * h, y - 0.06],
          [0.62 * h, y - 0.065],
        ],
        before: tail + 0.44,
        signature: [
          [
            [0.44 * h, y + 0.008],
            [0.66 * h, y + 0.025],
            [0.84 * h, y + 0.03],
          ],
          [
            [0.64 * h, y - 0.04],
            [0.84 * h, y - 0.035],
          ],
        ],
      };
    case 'bar':
      return {
        outline: [
          [-0.3, y - 0.028],
          [-0.3, y + 0.028],
          [1.2 * h, y + 0.04],
          [1.2 * h, y - 0.045],
        ],
        before: tail + 0.4,
        signature: [
          [
            [0.0, y + 0.006],
            [0.5 * h, y + 0.006],
            [0.84 * h, y + 0.01],
          ],
        ],
      };
    case 'upright':
      return {
        outline: [
          [0.66 * h, y - 0.13],
          [0.6 * h, y + 0.09],
          [0.62 * h, y + 0.12],
          [1.3 * h, y + 0.13],
          [1.3 * h, y - 0.13],
        ],
        before: tail + 0.34,
        signature: [
          [
            [0.7 * h, y - 0.1],
            [0.665 * h, y],
            [0.66 * h, y + 0.09],
          ],
          [
            [0.76 * h, y - 0.1],
            [0.735 * h, y],
            [0.73 * h, y + 0.09],
          ],
        ],
      };
    case 'corner':
      return {
        outline: [
          [0.81 * h, y - 0.17],
          [0.81 * h, y + 0.15],
          [1.3 * h, y + 0.15],
          [1.3 * h, y - 0.17],
        ],
        before: tail + 0.2,
        signature: [
          [
            [0.835 * h, y - 0.14],
            [0.835 * h, y + 0.12],
          ],
        ],
      };
    case 'round':
      return {
        outline: ring(0.62 * h, y, 0.085),
        before: tail + 0.6,
        signature: [closed(ring(0.62 * h, y, 0.06, 14))],
      };
  }
}

export function grille(
  style: GrilleStyle,
  half: number,
  y: number,
  ground: number,
): Design['grilles'] {
  const h = half / 0.925;
  const g = ground;
  const trapeze = (top: number, up: number, bottom: number, down: number): Point[] => [
    [top * h, up],
    [bottom * h, down],
    [-bottom * h, down],
    [-top * h, up],
  ];
  const scoop = (z0: number, z1: number, up: number, down: number): Point[] => [
    [z0 * h, up - 0.03],
    [z1 * h, up + 0.01],
    [z1 * h, down + 0.03],
    [(z0 + 0.03) * h, down],
  ];
  switch (style) {
    case 'classic':
      return [
        { outline: trapeze(0.4, y + 0.1, 0.3, y - 0.1), pattern: 'bars', chrome: true },
        { outline: trapeze(0.62, g + 0.19, 0.56, g + 0.09), pattern: 'mesh' },
        { outline: scoop(0.68, 0.84, g + 0.3, g + 0.12), pattern: 'plain' },
      ];
    case 'wide':
      return [
        { outline: trapeze(0.52, y + 0.085, 0.46, y - 0.085), pattern: 'mesh', chrome: true },
        { outline: trapeze(0.66, g + 0.2, 0.56, g + 0.08), pattern: 'bars' },
        { outline: scoop(0.7, 0.82, g + 0.34, g + 0.2), pattern: 'plain' },
      ];
    case 'truck':
      return [
        { outline: trapeze(0.54, y + 0.15, 0.52, y - 0.15), pattern: 'bars', chrome: true },
        { outline: trapeze(0.58, g + 0.22, 0.5, g + 0.1), pattern: 'plain' },
        { outline: scoop(0.66, 0.84, g + 0.3, g + 0.16), pattern: 'plain' },
      ];
    case 'low':
      return [
        { outline: trapeze(0.4, g + 0.22, 0.46, g + 0.07), pattern: 'mesh' },
        {
          outline: [
            [0.52 * h, g + 0.26],
            [0.84 * h, g + 0.34],
            [0.86 * h, g + 0.14],
            [0.54 * h, g + 0.07],
          ],
          pattern: 'fins',
        },
      ];
    case 'smile':
      return [
        { outline: trapeze(0.58, g + 0.24, 0.44, g + 0.1), pattern: 'mesh' },
        { outline: scoop(0.7, 0.84, g + 0.32, g + 0.18), pattern: 'plain' },
      ];
    case 'slot':
      return [
        { outline: trapeze(0.5, y + 0.03, 0.48, y - 0.03), pattern: 'plain' },
        { outline: trapeze(0.6, g + 0.22, 0.5, g + 0.08), pattern: 'bars' },
      ];
  }
}
