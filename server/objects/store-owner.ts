import type { PrismaClient } from '../../generated/prisma/client.ts';
import { StorageError, type Storage } from '../storage/storage.ts';

/** Says which database the objects belong to. Not public, and under no rule that expires it. */
export const OWNER_KEY = 'originals/.owner';

/**
 * Whether the objects of the store are this database's to delete. The first
 * that asks becomes the owner. To any other all of them would look like
 * nobody's: a second installation, or one that was restored from a backup and
 * does not know what came after it.
 */
export async function ownsStore(prisma: PrismaClient, storage: Storage): Promise<boolean> {
  const { epoch } = await prisma.mediaFeed.findFirstOrThrow({
    where: { id: 1 },
    select: { epoch: true },
  });
  const owner = await readText(storage, OWNER_KEY);
  if (owner === null) {
    await storage.write(OWNER_KEY, Buffer.from(epoch), { contentType: 'text/plain' });
    return true;
  }
  return owner === epoch;
}

async function readText(storage: Storage, key: string): Promise<string | null> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await storage.read(key)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
