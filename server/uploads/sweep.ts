import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { StartedMultipart } from '../storage/multipart.ts';
import type { Storage } from '../storage/storage.ts';

const BATCH = 500;

/**
 * Deletes what was sent and is of no use any more: for uploads that ended
 * without a media, and what a worker could not delete once its media was READY.
 * Bytes stay until no address can bring them back. The store's own list says
 * what is there, so that what a fault left is found the next time; of keys that
 * no upload has, nothing is known, and they stay.
 */
export async function sweepIncoming(
  prisma: PrismaClient,
  storage: Storage,
  urlTtlSeconds: number,
): Promise<void> {
  let keys: string[] = [];
  const sweep = async () => {
    const rows = await prisma.$queryRaw<{ key: string }[]>`
      select upload.storage_key "key" from uploads upload
        join media on media.dealership_id = upload.dealership_id and media.id = upload.media_id
      where upload.storage_key = any(${keys})
        and upload.updated_at <= now() - make_interval(secs => ${urlTtlSeconds}::float8)
        and (
          upload.status in ('CANCELLED', 'EXPIRED', 'FAILED')
          or upload.status = 'COMPLETED' and media.status = 'READY'
            and not exists (select 1 from media_jobs job where job.source_key = upload.storage_key)
        )`;
    keys = [];
    if (rows.length > 0) await storage.delete(rows.map(({ key }) => key));
  };
  for await (const { key } of storage.list('incoming/')) {
    if (keys.push(key) === BATCH) await sweep();
  }
  if (keys.length > 0) await sweep();
}

/**
 * Throws parts away that nobody will put together: of uploads that are over at
 * once; of those that no ticket knows, which a fault or a race left, when no
 * ticket from the time of their start can be alive.
 */
export async function sweepMultiparts(
  prisma: PrismaClient,
  storage: Storage,
  ttlSeconds: number,
): Promise<void> {
  let batch: StartedMultipart[] = [];
  const sweep = async () => {
    const started = batch;
    batch = [];
    const abandoned = await prisma.$queryRaw<{ key: string; multipartId: string }[]>`
      select started.key, started.id "multipartId"
      from unnest(
          ${started.map(({ key }) => key)}::text[],
          ${started.map(({ multipartId }) => multipartId)}::text[],
          ${started.map(({ startedAt }) => startedAt.toISOString())}::timestamptz[]
        ) started(key, id, at)
        left join uploads upload on upload.storage_key = started.key
      where (upload.status = 'AWAITING_BYTES' and upload.multipart_id = started.id) is not true
        and (
          upload.status <> 'AWAITING_BYTES'
          or started.at <= now() - make_interval(secs => ${ttlSeconds}::float8)
        )`;
    for (const multipart of abandoned) await storage.multipart.abort(multipart);
  };
  for await (const multipart of storage.multipart.list('incoming/')) {
    if (batch.push(multipart) === BATCH) await sweep();
  }
  if (batch.length > 0) await sweep();
}
