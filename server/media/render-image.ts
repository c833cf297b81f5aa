import { open } from 'node:fs/promises';
import sharp from 'sharp';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { ImageLimits, ProcessedImage, ProcessedRendition } from './image-messages.ts';
import { MediaFailure } from './media-failure.ts';
import { isImageType, SNIFF_BYTES, sniffMediaType } from './media-type.ts';
import { JPEG, planRenditions, WEBP } from './rendition-plan.ts';
import type { RenditionSize } from './rendition-plan.ts';

const PLACEHOLDER_SIDE = 100;

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegFile',
    'VipsForeignLoadPngFile',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpFile',
    'VipsForeignLoadHeifFile',
  ],
});

/** Decoded pixels: 8 bits a channel, sRGB or grey, with or without alpha. */
interface Pixels {
  data: Buffer;
  raw: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}

/**
 * Turns the file into upright sRGB renditions without metadata. Decodes once,
 * then makes each width from the next larger one.
 *
 * Rejects with {@link MediaFailure}. Changes the settings of `sharp` for the
 * whole process and trusts its input with that process's memory: run it in one
 * that may be killed.
 */
export async function renderImage(filePath: string, limits: ImageLimits): Promise<ProcessedImage> {
  await refuseOtherTypes(filePath);
  const original = await readable(inspect(filePath, limits));
  const sizes = planRenditions(original);

  let pixels = await readable(decode(filePath, original.metadata, limits, sizes.at(-1)!));
  const renditions: ProcessedRendition[] = [];
  for (const size of sizes.toReversed()) {
    pixels = await resize(pixels, size);
    renditions.unshift(...(await encode(pixels)));
  }
  return {
    width: original.width,
    height: original.height,
    placeholder: await placeholderOf(pixels),
    renditions,
  };
}

async function refuseOtherTypes(filePath: string): Promise<void> {
  const file = await open(filePath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    const type = await sniffMediaType(buffer.subarray(0, bytesRead));
    if (!isImageType(type)) throw new MediaFailure('UNSUPPORTED_FORMAT', { cause: type });
  } finally {
    await file.close();
  }
}

/** Reads headers only. */
async function inspect(filePath: string, limits: ImageLimits) {
  const metadata = await sharp(filePath, { limitInputPixels: false }).metadata();
  if (metadata.format === 'heif' && metadata.compression !== 'av1') {
    throw new MediaFailure('UNSUPPORTED_FORMAT', { cause: metadata.compression });
  }
  const { width, height } = metadata.autoOrient;
  if (Math.max(width, height) > limits.maxSide || width * height > limits.maxPixels) {
    throw new MediaFailure('TOO_MANY_PIXELS', { cause: `${width} x ${height}` });
  }
  return { width, height, metadata };
}

async function decode(
  filePath: string,
  metadata: Metadata,
  limits: ImageLimits,
  size: RenditionSize,
): Promise<Pixels> {
  const input: SharpOptions = {
    autoOrient: true,
    // Cut short is an error. A warning is not: many phones earn one with a sound picture.
    failOn: 'error',
    limitInputPixels: limits.maxPixels,
  };
  const picture = sharp(filePath, input).resize({ ...size, fit: 'fill' });
  if (!hasProfileToApplyLater(metadata)) return toPixels(picture);
  const profiled = await picture
    .keepIccProfile()
    .toColourspace('srgb')
    .png({ compressionLevel: 0, adaptiveFiltering: false })
    .toBuffer();
  return toPixels(sharp(profiled));
}

/**
 * Applying a colour profile costs more than decoding, a quarter of that after the
 * resize, and 16-bit pixels would come out in Display P3. An uncompressed 8-bit
 * PNG carries the profile that far.
 */
function hasProfileToApplyLater(metadata: Metadata): boolean {
  return metadata.icc !== undefined && (metadata.space === 'srgb' || metadata.space === 'rgb16');
}

async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data, raw: { width, height, channels } };
}

function fromPixels({ data, raw }: Pixels): Sharp {
  return sharp(data, { raw });
}

async function resize(pixels: Pixels, size: RenditionSize): Promise<Pixels> {
  if (pixels.raw.width === size.width && pixels.raw.height === size.height) return pixels;
  return toPixels(fromPixels(pixels).resize({ ...size, fit: 'fill' }));
}

async function encode(pixels: Pixels): Promise<ProcessedRendition[]> {
  const { width, height } = pixels.raw;
  const webp = await fromPixels(pixels).webp(WEBP).toBuffer();
  const jpeg = await fromPixels(pixels).flatten({ background: '#fff' }).jpeg(JPEG).toBuffer();
  return [
    { format: 'WEBP', width, height, bytes: webp },
    { format: 'JPEG', width, height, bytes: jpeg },
  ];
}

async function placeholderOf(pixels: Pixels): Promise<string> {
  const small = await toPixels(
    fromPixels(pixels)
      .resize({
        width: PLACEHOLDER_SIDE,
        height: PLACEHOLDER_SIDE,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .ensureAlpha(),
  );
  const hash = rgbaToThumbHash(small.raw.width, small.raw.height, small.data);
  return Buffer.from(hash).toString('base64');
}

/** What the decoder cannot read is the picture's fault. */
async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MediaFailure) throw error;
    throw new MediaFailure('UNREADABLE', { cause: error });
  }
}
