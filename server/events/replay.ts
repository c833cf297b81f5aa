import type { Pool } from 'pg';
import type { Database } from '../db/database.ts';
import { failpoint } from '../failpoint.ts';
import type { CatchUp } from './catch-up.ts';
import { isAfter, type Cursors, type Position } from './cursor.ts';
import type { ResetReason } from './media-event.ts';
import { readFeedState, readMediaVersion, type OutboxRow } from './outbox.ts';
import { placeOf } from './place.ts';
import type { Reader } from './reader.ts';
import type { RecentRows } from './recent-rows.ts';

export interface ReplaySource {
  pool: Pool;
  asTenant: Database['asTenant'];
  catchUp: CatchUp;
  cursors: Cursors;
  recent: RecentRows;
}

/**
 * Tells a reader what it missed, in batches and only as fast as it takes them,
 * until it is where its audience is. From a cursor, or from where it stopped.
 */
export async function replay<Frame>(
  { pool, asTenant, catchUp, cursors, recent }: ReplaySource,
  reader: Reader<Frame>,
  after: string | null,
): Promise<void> {
  const { audience, sink } = reader;
  const { scope, publicOnly, rendering } = audience.options;
  const place = placeOf(scope);
  /** Whether the outbox is to be read, although all that is missing may be in memory. */
  let elsewhere = after !== null;

  async function reset(reason: ResetReason): Promise<void> {
    const read = await audience.patiently(async () => ({
      state: await readFeedState(pool),
      mediaVersion: scope.kind === 'vehicle' ? await readMediaVersion(asTenant, scope) : 0,
    }));
    if (!read) return;
    const { now, pruned } = read.state;
    // A transaction that is older than what is pruned holds `now` back: one reset says it all.
    reader.position = isAfter(pruned, now) ? pruned : now;
    const frame = await rendering.render({
      cursor: cursors.encode(reader.position),
      at: new Date(),
      vehicleId: scope.kind === 'vehicle' ? scope.vehicleId : scope.dealershipId,
      mediaVersion: read.mediaVersion,
      change: { type: 'MEDIA_STREAM_RESET', reason, scope: scope.kind },
    });
    if (!reader.left) sink.send(frame);
  }

  /** Until the reader does not take more. */
  async function tell(
    rows: readonly OutboxRow[],
    living: ReadonlySet<string> | null = null,
  ): Promise<void> {
    for (const row of rows) {
      // Who comes back as the public is told nothing of media that are gone by now.
      const gone = living && 'media' in row.change && !living.has(row.change.media.id);
      const frame = gone ? null : await audience.frameOf(row);
      if (reader.left) return;
      if (frame === 'end') return reader.end();
      if (frame !== null && sink.full) return;
      reader.position = row.position;
      if (frame === null) continue;
      sink.send(frame);
      await failpoint('event-sent');
    }
  }

  /** False when all that is left is in memory. */
  async function readOutbox(): Promise<boolean> {
    const from = reader.position;
    const read = await audience.patiently(() => catchUp.read(scope, publicOnly, from));
    const access = await audience.currentAccess();
    if (!read || access === 'denied') reader.end();
    if (!read || reader.left) return false;
    if (isAfter(read.pruned, from)) {
      if (access === 'gone') reader.end();
      else await reset('PRUNED');
      return true;
    }
    await tell(read.rows, read.living);
    const toldAll = reader.position === (read.rows.at(-1)?.position ?? from);
    if (read.more || !toldAll) return true;
    if (isAfter(read.upTo, reader.position)) reader.position = read.upTo;
    return false;
  }

  if (after !== null) {
    const known: Position | null = cursors.decode(after);
    const state = await audience.patiently(() => readFeedState(pool));
    if (!state) return;
    if (known === null || known.xid > state.nextXid) await reset('UNKNOWN_CURSOR');
    else reader.position = known;
  }

  while (!reader.left) {
    if (sink.full) {
      await new Promise<void>((resolve) => sink.onDrained(resolve));
      continue;
    }
    if (!elsewhere && audience.hasToldNothingAfter(reader.position)) {
      audience.admit(reader);
      return;
    }
    const rows = elsewhere ? null : recent.after(reader.position, place);
    if (!rows) {
      elsewhere = await readOutbox();
      continue;
    }
    const until = audience.position;
    const told = rows.filter((row) => !isAfter(row.position, until));
    await tell(told);
    // None of the others is for this reader.
    if (reader.position === told.at(-1)?.position || told.length === 0) reader.position = until;
  }
}
