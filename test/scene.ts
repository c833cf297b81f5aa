import sharp from 'sharp';

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** 3 bytes a pixel, rows from the top. */
export interface Scene {
  width: number;
  height: number;
  data: Buffer;
}

/** Pixels between the points of each layer of noise, and how far it reaches from grey. */
const LAYERS = [
  { spacing: 900, reach: 0.8 },
  { spacing: 160, reach: 0.45 },
  { spacing: 30, reach: 0.2 },
  { spacing: 6, reach: 0.08 },
];
const GRAIN = 5;
const PANELS = 24;

/** Noise at every scale with hard edges and grain: what makes a photo expensive. */
export async function detailedScene(width: number, height: number, seed: number): Promise<Scene> {
  const random = randomBySeed(seed);
  const light = new Float32Array(width * height * 3).fill(128);
  for (const { spacing, reach } of LAYERS) {
    const noise = await smoothNoise(width, height, spacing, random);
    for (let i = 0; i < light.length; i += 1) light[i]! += (noise[i]! - 128) * reach;
  }
  for (let panel = 0; panel < PANELS; panel += 1) paintPanel(light, width, height, random);
  for (let i = 0; i < light.length; i += 3) {
    const grain = (random() - 0.5) * 2 * GRAIN;
    light[i]! += grain;
    light[i + 1]! += grain;
    light[i + 2]! += grain;
  }
  return { width, height, data: Buffer.from(new Uint8ClampedArray(light).buffer) };
}

/** The pixels as a camera stores them that was held so that `orientation` makes them upright. */
export function toStored(upright: Scene, orientation: Orientation): Scene {
  if (orientation === 1) return upright;
  const { width: w, height: h } = upright;
  const turned = orientation >= 5;
  const stored = { width: turned ? h : w, height: turned ? w : h, data: Buffer.alloc(w * h * 3) };
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      const [column, row] = storedAt(x, y, w, h, orientation);
      const from = (y * w + x) * 3;
      const to = (row * stored.width + column) * 3;
      stored.data[to] = upright.data[from]!;
      stored.data[to + 1] = upright.data[from + 1]!;
      stored.data[to + 2] = upright.data[from + 2]!;
    }
  }
  return stored;
}

/** Exif 2.3, tag 274: which row and column of the stored image is at upright (x, y). */
function storedAt(
  x: number,
  y: number,
  w: number,
  h: number,
  orientation: Orientation,
): readonly [column: number, row: number] {
  const right = w - 1 - x;
  const below = h - 1 - y;
  switch (orientation) {
    case 1:
      return [x, y];
    case 2:
      return [right, y];
    case 3:
      return [right, below];
    case 4:
      return [x, below];
    case 5:
      return [y, x];
    case 6:
      return [y, right];
    case 7:
      return [below, right];
    case 8:
      return [below, x];
  }
}

async function smoothNoise(
  width: number,
  height: number,
  spacing: number,
  random: () => number,
): Promise<Buffer> {
  const columns = Math.ceil(width / spacing) + 1;
  const rows = Math.ceil(height / spacing) + 1;
  const points = Buffer.alloc(columns * rows * 3);
  for (let i = 0; i < points.length; i += 1) points[i] = random() * 256;
  return sharp(points, { raw: { width: columns, height: rows, channels: 3 } })
    .resize({ width, height, fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}

function paintPanel(
  light: Float32Array,
  width: number,
  height: number,
  random: () => number,
): void {
  const left = Math.floor(random() * width);
  const top = Math.floor(random() * height);
  const right = Math.min(width, left + Math.ceil(random() * width * 0.3));
  const bottom = Math.min(height, top + Math.ceil(random() * height * 0.3));
  const colour = [random() * 120 - 60, random() * 120 - 60, random() * 120 - 60];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) light[at + channel]! += colour[channel]!;
    }
  }
}

/** Mulberry32: numbers from 0 up to 1. */
function randomBySeed(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
