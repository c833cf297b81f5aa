import { readFileSync } from 'node:fs';
import { demoFleet, type DemoVehicleFacts } from './fleet.ts';

export interface DemoRendition {
  format: 'WEBP' | 'JPEG';
  /** Pixels. */
  width: number;
  height: number;
  byteSize: number;
  /** `r/{hash}/{width}.{webp|jpg}`; the bytes are in `demo/pictures/{hash}/`. */
  key: string;
}

export interface DemoPicture {
  /** Names the camera angle, e.g. `front-three-quarter`. */
  shot: string;
  alt: string;
  caption?: string;
  fileName: string;
  contentType: 'image/jpeg';
  /** Of the source, which is not shipped. */
  byteSize: number;
  /** Hex, of the source. */
  sha256: string;
  /** Pixels, of the source. */
  width: number;
  height: number;
  /** ThumbHash, base64. */
  placeholder: string;
  /** In ascending width, WebP first. Their concatenated bytes give the hash in the keys. */
  renditions: DemoRendition[];
}

export interface DemoVehicle extends DemoVehicleFacts {
  /** In gallery order. Two cars of one model may share a picture of the interior. */
  pictures: DemoPicture[];
}

/** Pictures by stock number, written by `demo/generator`. */
const manifest = JSON.parse(
  readFileSync(new URL('./pictures.json', import.meta.url), 'utf8'),
) as Record<string, DemoPicture[]>;

export const demoVehicles: readonly DemoVehicle[] = demoFleet.map((facts) => ({
  ...facts,
  pictures: manifest[facts.stockNumber] ?? [],
}));
