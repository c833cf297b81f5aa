import type { Prisma } from '../../generated/prisma/client.ts';
import type { MediaRecord } from '../events/media-snapshot.ts';
import { originalKey } from './original.ts';

/**
 * Where the bytes of a READY media are: at its own key, or, as long as a job has
 * still to copy them there, where that job takes them from. That job does not end
 * before the transaction does. Null when another transaction is about it: to wait
 * could be a deadlock.
 */
export async function findOriginal(
  tx: Prisma.TransactionClient,
  media: Pick<MediaRecord, 'dealershipId' | 'vehicleId' | 'id' | 'version'>,
): Promise<string | null> {
  const { dealershipId, id: mediaId, version } = media;
  const [copying] = await tx.$queryRaw<{ sourceKey: string }[]>`
    select source_key "sourceKey" from media_jobs
    where dealership_id = ${dealershipId}::uuid and media_id = ${mediaId}::uuid
      and version = ${version} and not poster
    for share skip locked`;
  if (copying) return copying.sourceKey;
  const busy = await tx.mediaJob.count({
    where: { dealershipId, mediaId, version, poster: false },
  });
  return busy > 0 ? null : originalKey({ ...media, mediaId, poster: false });
}
