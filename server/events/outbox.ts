import type { Pool } from 'pg';
import type { Prisma } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { signalAtCommit } from '../db/signals.ts';
import type { MediaChange, VehicleRemoval } from './media-event.ts';
import type { Position } from './cursor.ts';

/** Says only that there may be something new. */
export const WAKE_UP_CHANNEL = 'forecourt_media_events';

export interface OutboxEntry {
  dealershipId: string;
  vehicleId: string;
  mediaId: string | null;
  mediaVersion: number;
  /** Whether somebody who is not staff learns of it. */
  forPublic: boolean;
  change: MediaChange | VehicleRemoval;
}

export interface OutboxRow extends OutboxEntry {
  position: Position;
  at: Date;
}

/** Writes the event in the transaction of the change; the wake-up leaves with its commit. */
export async function appendEvent(tx: Prisma.TransactionClient, entry: OutboxEntry): Promise<void> {
  const notify = !signalAtCommit(tx, WAKE_UP_CHANNEL);
  await tx.$executeRaw`
    with appended as (
      insert into media_events (dealership_id, vehicle_id, media_id, type, is_public, media_version, payload)
      values (${entry.dealershipId}::uuid, ${entry.vehicleId}::uuid, ${entry.mediaId}::uuid,
        ${entry.change.type}::"MediaEventType", ${entry.forPublic}, ${entry.mediaVersion},
        ${JSON.stringify(entry.change)}::jsonb)
      returning 1
    )
    select pg_notify(${WAKE_UP_CHANNEL}, '') from appended where ${notify}`;
}

export type FeedScope =
  | { kind: 'all' }
  | { kind: 'vehicle'; dealershipId: string; vehicleId: string }
  | { kind: 'dealership'; dealershipId: string };

interface StoredRow {
  xid: string;
  seq: string;
  dealershipId: string;
  vehicleId: string;
  mediaId: string | null;
  mediaVersion: number;
  forPublic: boolean;
  change: MediaChange | VehicleRemoval;
  at: Date;
}

// Columns of the result hide those of the table from a bare ORDER BY, and as texts 1000 comes before 999.
const COLUMNS = `xid::text, seq::text, dealership_id "dealershipId", vehicle_id "vehicleId", media_id "mediaId",
  media_version "mediaVersion", is_public "forPublic", payload "change", at`;
const AFTER = `(xid, seq) > ($1::text::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())`;

/** The next events after a position, oldest first, none that an open transaction could still precede. */
export async function readEvents(
  pool: Pool,
  scope: FeedScope,
  after: Position,
  limit: number,
): Promise<OutboxRow[]> {
  const values: unknown[] = [String(after.xid), String(after.seq), limit];
  let where = AFTER;
  if (scope.kind !== 'all') {
    values.push(scope.dealershipId);
    where += ' and dealership_id = $4';
  }
  if (scope.kind === 'vehicle') {
    values.push(scope.vehicleId);
    where += ' and vehicle_id = $5';
  }
  const { rows } = await pool.query<StoredRow>({
    name: `events-${scope.kind}`,
    text: `select ${COLUMNS} from media_events where ${where} order by media_events.xid, media_events.seq limit $3`,
    values,
  });
  return rows.map(({ xid, seq, ...row }) => ({
    ...row,
    position: { xid: BigInt(xid), seq: BigInt(seq) },
  }));
}

export async function readMediaVersion(
  asTenant: Database['asTenant'],
  { dealershipId, vehicleId }: Extract<FeedScope, { kind: 'vehicle' }>,
): Promise<number> {
  const vehicle = await asTenant(dealershipId).vehicle.findFirst({
    where: { dealershipId, id: vehicleId },
    select: { mediaVersion: true },
  });
  return vehicle?.mediaVersion ?? 0;
}

/** Which of these media are in a gallery still. */
export async function readLivingMedia(
  asTenant: Database['asTenant'],
  dealershipId: string,
  mediaIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await asTenant(dealershipId).media.findMany({
    where: { dealershipId, id: { in: [...mediaIds] }, deletedAt: null },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}

export interface FeedState {
  epoch: string;
  /** Every event that a new reader has not seen comes after it. */
  now: Position;
  /** No transaction has this number yet. */
  nextXid: bigint;
  /** Events up to here may be gone. */
  pruned: Position;
  /** Of all events that were committed; beyond what may be read while an older transaction is open. */
  newest: Position;
}

export async function readFeedState(pool: Pool): Promise<FeedState> {
  const { rows } = await pool.query<
    Record<'epoch' | 'xmin' | 'xmax' | 'xid' | 'seq' | 'newestXid' | 'newestSeq', string>
  >({
    name: 'events-state',
    text: `select epoch, pg_snapshot_xmin(pg_current_snapshot())::text xmin, pg_snapshot_xmax(pg_current_snapshot())::text xmax,
        pruned_xid xid, pruned_seq::text seq, coalesce(e.xid::text, '0') "newestXid", coalesce(e.seq::text, '0') "newestSeq"
      from media_feed left join lateral (select xid, seq from media_events order by xid desc, seq desc limit 1) e on true`,
  });
  const row = rows[0];
  if (!row) throw new Error('The table media_feed has lost its row');
  return {
    epoch: row.epoch,
    now: { xid: BigInt(row.xmin), seq: 0n },
    nextXid: BigInt(row.xmax),
    pruned: { xid: BigInt(row.xid), seq: BigInt(row.seq) },
    newest: { xid: BigInt(row.newestXid), seq: BigInt(row.newestSeq) },
  };
}

/**
 * A database that was restored elsewhere counts transactions anew, and events of
 * the old count would seem to lie in the future: they go, and the feed begins a
 * new epoch. Does nothing to a feed that is sound.
 */
export async function restartForeignFeed(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with foreign_feed as (
        select 1 from media_feed where pruned_xid::xid8 >= pg_snapshot_xmax(pg_current_snapshot())
          or exists (select 1 from media_events where xid >= pg_snapshot_xmax(pg_current_snapshot()))
      ), gone as (delete from media_events where exists (select 1 from foreign_feed))
      update media_feed set epoch = replace(gen_random_uuid()::text, '-', ''), pruned_xid = '0', pruned_seq = 0
      where exists (select 1 from foreign_feed)`,
  );
  return rowCount === 1;
}

/** Deletes events older than the retention and remembers how far. Returns how many went. */
export async function pruneEvents(pool: Pool, retentionDays: number): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    text: `with old as (
        delete from media_events where at < now() - make_interval(days => $1) returning xid, seq
      ), last as (select xid, seq from old order by xid desc, seq desc limit 1), mark as (
        update media_feed set pruned_xid = last.xid::text, pruned_seq = last.seq from last
        where (last.xid, last.seq) > (media_feed.pruned_xid::xid8, media_feed.pruned_seq)
      )
      select count(*)::int from old`,
    values: [retentionDays],
  });
  return rows[0]?.count ?? 0;
}
