import type { PrismaClient } from '../../generated/prisma/client.ts';
import { RIGHTS } from '../accounts/rights.ts';
import type { Storage } from '../storage/storage.ts';

const BATCH = 500;

export interface AbandonedUpload {
  id: string;
  dealershipId: string;
}

/**
 * Uploads whose bytes have been there for a while, though nobody has said that
 * they are: their clients died, or lost their network, between the two. Whoever
 * asked for them must be allowed to still. When the bytes came
 * is told by the database: it is when they were first seen here.
 */
export async function* findAbandoned(
  prisma: PrismaClient,
  storage: Storage,
  afterSeconds: number,
): AsyncGenerator<AbandonedUpload> {
  for await (const keys of arrived(prisma, storage)) {
    await prisma.$executeRaw`
      update uploads set bytes_seen_at = now()
      where storage_key = any(${keys}) and status = 'AWAITING_BYTES' and bytes_seen_at is null`;
    yield* await prisma.$queryRaw<AbandonedUpload[]>`
      select upload.id, upload.dealership_id "dealershipId" from uploads upload
        left join memberships member on member.dealership_id = upload.dealership_id and member.user_id = upload.created_by_id
          and member.role::text = any(${[...RIGHTS.upload.roles]})
        left join api_keys key on key.dealership_id = upload.dealership_id and key.id = upload.api_key_id
          and key.revoked_at is null and (key.expires_at is null or key.expires_at > now())
          and key.scopes::text[] && ${[...RIGHTS.upload.scopes]}
        left join upload_tokens token on token.dealership_id = upload.dealership_id and token.id = upload.upload_token_id
          and token.revoked_at is null
      where upload.storage_key = any(${keys}) and upload.status = 'AWAITING_BYTES' and upload.expires_at > now()
        and upload.bytes_seen_at <= now() - make_interval(secs => ${afterSeconds}::float8)
        and (member.user_id is not null or key.id is not null or token.id is not null)`;
  }
}

async function* arrived(prisma: PrismaClient, storage: Storage): AsyncGenerator<string[]> {
  for await (const objects of inBatches(storage.list('incoming/'))) {
    yield objects.map(({ key }) => key);
  }
  for await (const started of inBatches(storage.multipart.list('incoming/'))) {
    yield await wholeInParts(
      prisma,
      storage,
      started.map(({ key }) => key),
    );
  }
}

/** Of uploads in parts that nobody has put together: those of which no byte is missing. */
async function wholeInParts(
  prisma: PrismaClient,
  storage: Storage,
  keys: readonly string[],
): Promise<string[]> {
  const uploads = await prisma.$queryRaw<{ key: string; multipartId: string; byteSize: bigint }[]>`
    select storage_key "key", multipart_id "multipartId", byte_size "byteSize" from uploads
    where storage_key = any(${[...keys]}) and multipart_id is not null and status = 'AWAITING_BYTES'`;
  const whole: string[] = [];
  for (const { byteSize, ...multipart } of uploads) {
    const parts = (await storage.multipart.parts(multipart)) ?? [];
    const received = parts.reduce((sum, part) => sum + part.byteSize, 0);
    if (BigInt(received) === byteSize) whole.push(multipart.key);
  }
  return whole;
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
