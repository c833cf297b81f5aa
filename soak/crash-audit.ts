import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Database } from '../server/db/database.ts';
import { OWNER_KEY } from '../server/objects/store-owner.ts';
import { StorageError, type Storage } from '../server/storage/storage.ts';

/** What must not be; all of it 0 when nothing was lost and nothing was left behind. */
export interface Audit {
  /** Acknowledged photos whose original is not there, or is not what was sent. */
  lostOriginals: number;
  /** Rows of renditions without their object. */
  lostRenditions: number;
  /** Objects that no row speaks of, and parts that nobody will put together. */
  orphanObjects: string[];
  /** Rows that nobody will ever move on: jobs, tickets past their time, media in work. */
  stuckRows: number;
}

/** Compares tables and store by rules of its own, while no server runs on them. */
export async function audit(
  { pool }: Database,
  storage: Storage,
  acknowledged: readonly { mediaUuid: string; sha256: string; poster?: boolean }[],
): Promise<Audit> {
  const keys = async (text: string) =>
    new Set((await pool.query<{ key: string }>(text)).rows.map(({ key }) => key));
  const stored = new Set(await listAll(storage));
  stored.delete(OWNER_KEY);
  const renditions = await keys(
    `select storage_key "key" from renditions union select video_key from media where video_key is not null`,
  );
  const originals = await keys(
    `select concat_ws('/', 'originals', dealership_id, vehicle_id, id, version) "key" from media`,
  );
  const posters = await keys(
    `select concat_ws('/', 'originals', dealership_id, vehicle_id, id, 'poster-' || poster_version) "key"
      from media where poster_version > 0`,
  );
  const open = await keys(
    `select storage_key "key" from uploads where status = 'AWAITING_BYTES' and multipart_id is not null`,
  );
  const parts: string[] = [];
  for await (const { key } of storage.multipart.list('incoming/')) parts.push(key);
  // What was sent stays until no address can bring it back.
  const incoming = await keys(
    `select storage_key "key" from uploads join media on media.id = uploads.media_id
      where uploads.status = 'AWAITING_BYTES' or uploads.status = 'COMPLETED' and media.status <> 'READY'
        or uploads.updated_at > now() - interval '30 seconds'`,
  );
  const { rows } = await pool.query<{ count: number }>(
    `select (select count(*) from media_jobs)::int
      + (select count(*) from uploads where status = 'AWAITING_BYTES' and expires_at <= now())::int
      + (select count(*) from media where status in ('UPLOADED', 'PROCESSING'))::int "count"`,
  );
  let lostOriginals = 0;
  for (const { mediaUuid, sha256, poster } of acknowledged) {
    const key = [...(poster ? posters : originals)].find((original) =>
      original.includes(`/${mediaUuid}/`),
    );
    if (!key || (await sha256Of(storage, key)) !== sha256) lostOriginals += 1;
  }
  return {
    lostOriginals,
    lostRenditions: [...renditions].filter((key) => !stored.has(key)).length,
    orphanObjects: [
      ...[...stored].filter(
        (key) => ![renditions, originals, posters, incoming].some((of) => of.has(key)),
      ),
      ...parts.filter((key) => !open.has(key)),
    ],
    stuckRows: rows[0]?.count ?? 0,
  };
}

export async function listAll(storage: Storage): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of ['incoming/', 'originals/', 'r/']) {
    for await (const { key } of storage.list(prefix)) keys.push(key);
  }
  return keys;
}

async function sha256Of(storage: Storage, key: string): Promise<string | null> {
  let bytes: Readable;
  try {
    bytes = await storage.read(key);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
