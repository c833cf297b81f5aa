import { createHash } from 'node:crypto';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { failpoint } from '../failpoint.ts';
import { freeFolder } from '../objects/orphans.ts';
import type { Storage } from '../storage/storage.ts';
import type { ProcessedRendition } from '../media/image-processor.ts';

const TYPES = {
  WEBP: { extension: 'webp', contentType: 'image/webp' },
  JPEG: { extension: 'jpg', contentType: 'image/jpeg' },
} as const;

export interface PublishedRendition {
  format: 'WEBP' | 'JPEG';
  width: number;
  height: number;
  byteSize: number;
  storageKey: string;
}

/**
 * Writes renditions under keys that their content decides: other bytes, other
 * address. Where that address is being swept, the same bytes get the next one.
 */
export async function publishRenditions(
  prisma: PrismaClient,
  storage: Storage,
  renditions: readonly ProcessedRendition[],
  signal: AbortSignal,
): Promise<PublishedRendition[]> {
  const hash = createHash('sha256');
  for (const { bytes } of renditions) hash.update(bytes);
  const folder = await freeFolder(prisma, hash.digest('hex').slice(0, 32), (name) =>
    renditions.map((rendition) => keyIn(name, rendition)),
  );
  return Promise.all(
    renditions.map(async (rendition) => {
      const { format, width, height, bytes } = rendition;
      const storageKey = keyIn(folder, rendition);
      await storage.write(storageKey, bytes, {
        contentType: TYPES[format].contentType,
        cacheControl: 'public, max-age=31536000, immutable',
        signal,
      });
      await failpoint('rendition-written');
      return { format, width, height, byteSize: bytes.length, storageKey };
    }),
  );
}

function keyIn(folder: string, { format, width }: ProcessedRendition): string {
  return `r/${folder}/${width}.${TYPES[format].extension}`;
}
