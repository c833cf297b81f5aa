import { cleanPng, cleanWebp } from './clean-chunks.ts';
import { cleanJpeg } from './clean-jpeg.ts';

const cleaners: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array[] | null>> = {
  'image/jpeg': cleanJpeg,
  'image/png': cleanPng,
  'image/webp': cleanWebp,
};

/**
 * The same picture without the place it was taken at and the serial numbers
 * of the camera; no pixel changes. The file itself when it has none, and for
 * AVIF, whose data the server drops when it prepares the picture.
 */
export async function withoutLocation(file: File, type: string): Promise<File> {
  const clean = cleaners[type];
  const parts = clean?.(new Uint8Array(await file.arrayBuffer()));
  if (!parts) return file;
  const { name, lastModified } = file;
  return new File(parts as BlobPart[], name, { type, lastModified });
}
