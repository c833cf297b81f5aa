import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { detailedScene, toStored } from './scene.ts';
import type { Orientation, Scene } from './scene.ts';
import { withSegments } from './jpeg-segments.ts';

export interface PhotoOptions {
  /** Upright size, in pixels: what a person sees. */
  width: number;
  height: number;
  /** Same seed, same bytes. */
  seed: number;
  format?: 'jpeg' | 'png' | 'webp' | 'avif';
  /** EXIF orientation; the stored pixels are turned the other way. */
  orientation?: Orientation;
  /** Degrees, north and east positive. */
  gps?: { latitude: number; longitude: number };
  xmp?: string;
  /** Caption in an IPTC segment; JPEG alone. */
  iptc?: string;
  /** JPEG alone. */
  comment?: string;
  /** Embeds this profile; the scene looks the same. */
  profile?: 'p3';
  /** Picks the JPEG quality that comes closest to this size. */
  targetBytes?: number;
}

export interface Photo {
  bytes: Buffer;
  contentType: string;
  /** The scene before encoding: 3 bytes a pixel, sRGB, rows from the top. */
  upright: Scene;
}

/** Strings that stand in every EXIF block written here. */
export const EXIF_TRACES = ['Forecourt Test Camera', 'SERIAL-0042'] as const;

/** What a camera with location switched on gives: about 4 MB, on its side, with all metadata. */
export function phonePhoto(seed: number): Promise<Photo> {
  return photo({
    width: 3024,
    height: 4032,
    seed,
    orientation: 6,
    gps: { latitude: 52.5163, longitude: 13.3777 },
    xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- XMP-TRACE --></x:xmpmeta>',
    iptc: 'IPTC-TRACE',
    comment: 'COMMENT-TRACE',
    targetBytes: 4_000_000,
  });
}

/** A detailed picture, deterministic by its options. */
export async function photo(options: PhotoOptions): Promise<Photo> {
  const { width, height, seed, orientation = 1, format = 'jpeg' } = options;
  const upright = await detailedScene(width, height, seed);
  const stored = toStored(upright, orientation);
  const encoded = await encode(stored, options);
  const bytes = format === 'jpeg' ? withSegments(encoded, options) : encoded;
  return { bytes, contentType: `image/${format}`, upright };
}

async function encode(stored: Scene, options: PhotoOptions): Promise<Buffer> {
  const { format = 'jpeg', targetBytes } = options;
  const picture = () => withMetadata(fromScene(stored), options);
  if (format !== 'jpeg') return picture().toFormat(format, ENCODING[format]).toBuffer();
  if (targetBytes === undefined) return picture().jpeg({ quality: 92 }).toBuffer();
  return closestTo(targetBytes, (quality) => picture().jpeg({ quality }).toBuffer());
}

const ENCODING = {
  png: { compressionLevel: 3 },
  webp: { quality: 92, effort: 0 },
  avif: { quality: 80, effort: 0 },
};

export function fromScene({ data, width, height }: Scene): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function withMetadata(picture: Sharp, options: PhotoOptions): Sharp {
  const { orientation, gps, xmp, profile } = options;
  let result = picture;
  if (profile) result = result.withIccProfile(profile);
  if (xmp !== undefined) result = result.withXmp(xmp);
  if (orientation === undefined && !gps) return result;
  result = result.withExif({
    IFD0: { Make: EXIF_TRACES[0], Model: EXIF_TRACES[0] },
    IFD2: { BodySerialNumber: EXIF_TRACES[1] },
    ...(gps && { IFD3: gpsTags(gps) }),
  });
  return orientation === undefined ? result : result.withMetadata({ orientation });
}

function gpsTags({ latitude, longitude }: { latitude: number; longitude: number }) {
  return {
    GPSLatitudeRef: latitude < 0 ? 'S' : 'N',
    GPSLatitude: degrees(latitude),
    GPSLongitudeRef: longitude < 0 ? 'W' : 'E',
    GPSLongitude: degrees(longitude),
  };
}

/** Degrees, minutes and seconds as EXIF rationals. */
function degrees(value: number): string {
  const seconds = Math.round(Math.abs(value) * 3_600 * 100);
  return `${Math.floor(seconds / 360_000)}/1 ${Math.floor((seconds % 360_000) / 6_000)}/1 ${seconds % 6_000}/100`;
}

/** Size rises with quality: narrows in by the line between the two ends. */
async function closestTo(
  target: number,
  encodeAt: (quality: number) => Promise<Buffer>,
): Promise<Buffer> {
  let low = { quality: 30, bytes: await encodeAt(30) };
  let high = { quality: 98, bytes: await encodeAt(98) };
  while (high.quality - low.quality > 1 && low.bytes.length < target) {
    const share = Math.sqrt((target - low.bytes.length) / (high.bytes.length - low.bytes.length));
    const guess = low.quality + Math.round(share * (high.quality - low.quality));
    const quality = Math.max(low.quality + 1, Math.min(high.quality - 1, guess));
    const next = { quality, bytes: await encodeAt(quality) };
    if (Math.abs(next.bytes.length - target) < target / 20) return next.bytes;
    if (next.bytes.length < target) low = next;
    else high = next;
  }
  const isLowCloser = target - low.bytes.length < high.bytes.length - target;
  return isLowCloser ? low.bytes : high.bytes;
}
