import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { VIDEO_TYPE } from '../media/media-type.ts';
import { freeFolder } from '../objects/orphans.ts';
import { IMMUTABLE, type Storage } from '../storage/storage.ts';

export interface PublishedVideo {
  storageKey: string;
  byteSize: number;
}

/** Writes a remuxed video under a key that its content decides: other bytes, other address. */
export async function publishVideo(
  prisma: PrismaClient,
  storage: Storage,
  filePath: string,
  signal: AbortSignal,
): Promise<PublishedVideo> {
  const { size } = await stat(filePath);
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(filePath), sha256);
  const keyIn = (folder: string) => `r/${folder}/video.mp4`;
  const folder = await freeFolder(prisma, sha256.digest('hex').slice(0, 32), (name) => [
    keyIn(name),
  ]);
  const storageKey = keyIn(folder);
  await storage.write(
    storageKey,
    { filePath },
    { contentType: VIDEO_TYPE, cacheControl: IMMUTABLE, signal },
  );
  return { storageKey, byteSize: size };
}
