import { readFile } from 'node:fs/promises';
import type { Storage } from '../server/storage/storage.ts';
import { demoVehicles, type DemoRendition } from './vehicles.ts';

export { demoVehicles } from './vehicles.ts';

const CONCURRENCY = 16;
const CONTENT_TYPES = { WEBP: 'image/webp', JPEG: 'image/jpeg' } as const;

/** Where the bytes of a rendition are in the checkout. */
export function demoFile(key: string): URL {
  return new URL(key.replace(/^r\//, './pictures/'), import.meta.url);
}

/**
 * Copies the finished renditions of the demo into the store; those that are
 * there already stay as they are. The rows are the caller's, from {@link demoVehicles}.
 */
export async function importDemoPictures(storage: Storage, signal?: AbortSignal): Promise<void> {
  const byKey = new Map<string, DemoRendition>();
  for (const vehicle of demoVehicles)
    for (const picture of vehicle.pictures)
      for (const rendition of picture.renditions) byKey.set(rendition.key, rendition);

  const waiting = byKey.values();
  const work = async (): Promise<void> => {
    for (const rendition of waiting) {
      signal?.throwIfAborted();
      await copy(storage, rendition, signal);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

async function copy(
  storage: Storage,
  rendition: DemoRendition,
  signal: AbortSignal | undefined,
): Promise<void> {
  const there = await storage.stat(rendition.key);
  if (there?.byteSize === rendition.byteSize) return;
  await storage.write(rendition.key, await readFile(demoFile(rendition.key)), {
    contentType: CONTENT_TYPES[rendition.format],
    cacheControl: 'public, max-age=31536000, immutable',
    ...(signal && { signal }),
  });
}
