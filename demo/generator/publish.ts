import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import type { DemoPicture, DemoRendition } from '../vehicles.ts';

const WIDTHS = [320, 640, 1280, 2048];

export interface Quality {
  webp: number;
  jpeg: number;
}

type Encoded = Omit<DemoPicture, 'shot' | 'alt' | 'caption' | 'fileName'>;

/** Turns a picture (lossless) into the files that are shipped, and what the manifest says of it. */
export async function publish(picture: Buffer, folder: URL, quality: Quality): Promise<Encoded> {
  const source = await sharp(picture).removeAlpha().jpeg({ quality: 95 }).toBuffer();
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  const widths = WIDTHS.filter((candidate) => candidate <= width);
  if (!widths.includes(width) && width < Math.max(...WIDTHS)) widths.push(width);

  const files: { bytes: Buffer; rendition: Omit<DemoRendition, 'key'>; name: string }[] = [];
  for (const target of widths) {
    const resized = sharp(picture).removeAlpha().resize(target, null, { kernel: 'lanczos3' });
    const webp = await resized
      .clone()
      .webp({ quality: quality.webp, effort: 6, smartSubsample: true })
      .toBuffer({ resolveWithObject: true });
    const jpeg = await resized
      .clone()
      .jpeg({ quality: quality.jpeg, mozjpeg: true })
      .toBuffer({ resolveWithObject: true });
    for (const [format, extension, { data, info }] of [
      ['WEBP', 'webp', webp],
      ['JPEG', 'jpg', jpeg],
    ] as const) {
      const rendition = { format, width: info.width, height: info.height, byteSize: data.length };
      files.push({ bytes: data, rendition, name: `${info.width}.${extension}` });
    }
  }

  const digest = createHash('sha256');
  for (const { bytes } of files) digest.update(bytes);
  const hash = digest.digest('hex').slice(0, 32);
  await mkdir(new URL(`${hash}/`, folder), { recursive: true });
  for (const { bytes, name } of files) await writeFile(new URL(`${hash}/${name}`, folder), bytes);

  return {
    contentType: 'image/jpeg',
    byteSize: source.length,
    sha256: createHash('sha256').update(source).digest('hex'),
    width,
    height,
    placeholder: await thumbHash(picture),
    renditions: files.map(({ rendition, name }) => ({ ...rendition, key: `r/${hash}/${name}` })),
  };
}

async function thumbHash(picture: Buffer): Promise<string> {
  const { data, info } = await sharp(picture)
    .resize(100, 100, { fit: 'inside' })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}
