import type { PrismaClient } from '../../generated/prisma/client.ts';
import { failpoint } from '../failpoint.ts';
import type { Storage } from '../storage/storage.ts';
import { SHELVES } from './live-objects.ts';
import { condemnOrphans, pruneOrphans } from './orphans.ts';

const BATCH = 500;

/**
 * Deletes objects that have been nobody's for `graceSeconds`: of vehicles and
 * media that are gone, of versions that were replaced, of work that broke off.
 * Returns how many. What a fault left is found the next time.
 */
export async function sweepObjects(
  prisma: PrismaClient,
  storage: Storage,
  graceSeconds: number,
): Promise<number> {
  let deleted = 0;
  for (const shelf of SHELVES) {
    for await (const keys of batches(storage, shelf.prefix)) {
      const condemned = await condemnOrphans(prisma, shelf, keys, graceSeconds);
      if (condemned.length === 0) continue;
      await failpoint('sweep-listed');
      await storage.delete(condemned);
      await failpoint('objects-deleted');
      deleted += condemned.length;
    }
  }
  await pruneOrphans(prisma);
  return deleted;
}

async function* batches(storage: Storage, prefix: string): AsyncGenerator<string[]> {
  let keys: string[] = [];
  for await (const { key } of storage.list(prefix)) {
    if (keys.push(key) < BATCH) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}
