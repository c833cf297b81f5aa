import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { failpoint } from '../failpoint.ts';
import { isAfter, type Cursors, type Position } from './cursor.ts';
import type { Mailbox } from './mailbox.ts';
import type { MediaEvent } from './media-event.ts';
import {
  readEvents,
  readFeedState,
  readLivingMedia,
  readMediaVersion,
  type FeedScope,
  type OutboxRow,
} from './outbox.ts';

const BATCH = 100;
/** How long a reader's right to see what it follows is taken for granted. */
const ALLOWED_MS = 1_000;
/** Waits between tries to read while the database does not answer; the last one repeats. */
const RETRY_MS = [100, 500, 2_000, 5_000] as const;

/**
 * What a reader may still be told of what it follows: everything, nothing, or,
 * when the vehicle is gone, which media went with it.
 */
export type Access = 'granted' | 'denied' | 'gone';

export interface SubscribeOptions {
  scope: Exclude<FeedScope, { kind: 'all' }>;
  /** Only what the public may know. */
  publicOnly: boolean;
  /** Cursor of the last event that is known; from now on when absent. */
  after: string | null;
  /** Asked before events, at most once a second. */
  access(): Promise<Access>;
  /** When the reader's right ends by itself; null is never. */
  endsAt: Date | null;
  /** Calls back when the right may have ended before; returns a function that stops it. */
  onDoubt(ask: () => void): () => void;
}

export interface EventSource {
  pool: Pool;
  cursors: Cursors;
  log: Logger;
}

/** What one subscriber gets: from the outbox while it is behind, else from its mailbox. */
export async function* eventStream(
  { pool, cursors, log }: EventSource,
  options: SubscribeOptions,
  mailbox: Mailbox<OutboxRow>,
  from: Position,
): AsyncGenerator<MediaEvent> {
  const { scope, publicOnly } = options;
  let position = from;
  let behind = false;
  let allowedUntil = performance.now() + ALLOWED_MS;

  /** Asks until there is an answer; null when the reader leaves before. */
  async function patiently<T>(ask: () => Promise<T>): Promise<T | null> {
    for (let tries = 0; !mailbox.closed; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (mailbox.closed) return null;
        log.warn({ err: error }, 'a live stream cannot read the database; trying again');
        const wait = RETRY_MS[Math.min(tries, RETRY_MS.length - 1)];
        await Promise.race([sleep(wait, undefined, { ref: false }), mailbox.ended]);
      }
    }
    return null;
  }

  async function currentAccess(): Promise<Access> {
    if (performance.now() < allowedUntil) return 'granted';
    const asked = performance.now();
    const access = (await patiently(options.access)) ?? 'denied';
    if (access === 'granted') allowedUntil = asked + ALLOWED_MS;
    return access;
  }

  /** The row as the reader is told of it. */
  async function toEvent(row: OutboxRow): Promise<MediaEvent | 'skip' | 'end'> {
    const { position, at, vehicleId, mediaVersion, change, forPublic } = row;
    if (change.type === 'VEHICLE_REMOVED') return scope.kind === 'vehicle' ? 'end' : 'skip';
    if (publicOnly && !forPublic) return 'skip';
    const access = await currentAccess();
    if (access === 'denied') return 'end';
    if (access === 'gone' && change.type !== 'MEDIA_REMOVED') return 'skip';
    const cursor = cursors.encode(position);
    return { cursor, at, vehicleId, mediaVersion, change, forPublic };
  }

  async function reset(reason: 'UNKNOWN_CURSOR' | 'PRUNED'): Promise<MediaEvent | null> {
    const read = await patiently(async () => ({
      state: await readFeedState(pool),
      mediaVersion: scope.kind === 'vehicle' ? await readMediaVersion(pool, scope) : 0,
    }));
    if (!read) return null;
    const { now, pruned } = read.state;
    // A transaction that is older than what is pruned holds `now` back: one reset says it all.
    position = isAfter(pruned, now) ? pruned : now;
    return {
      cursor: cursors.encode(position),
      at: new Date(),
      vehicleId: scope.kind === 'vehicle' ? scope.vehicleId : scope.dealershipId,
      mediaVersion: read.mediaVersion,
      change: { type: 'MEDIA_STREAM_RESET', reason, scope: scope.kind },
    };
  }

  /** What a reader that comes back is told: to the public, nothing of media that are gone by now. */
  async function isTold(rows: readonly OutboxRow[]): Promise<(row: OutboxRow) => boolean> {
    if (!publicOnly) return () => true;
    const living = await readLivingMedia(
      pool,
      scope.dealershipId,
      rows.flatMap(({ change }) => ('media' in change ? [change.media.id] : [])),
    );
    return ({ change }) => !('media' in change) || living.has(change.media.id);
  }

  if (options.after !== null) {
    const known = cursors.decode(options.after);
    const state = await patiently(() => readFeedState(pool));
    if (!state) return;
    if (known === null || known.xid > state.nextXid) {
      const event = await reset('UNKNOWN_CURSOR');
      if (event) yield event;
    } else position = known;
    behind = true;
  }

  while (!mailbox.closed) {
    if (behind || mailbox.takeOverflow()) {
      behind = true;
      const read = await patiently(async () => {
        const rows = await readEvents(pool, scope, position, BATCH);
        const { pruned } = await readFeedState(pool);
        return { rows, pruned, told: await isTold(rows) };
      });
      const access = await currentAccess();
      if (!read || access === 'denied') return;
      if (isAfter(read.pruned, position)) {
        if (access === 'gone') return;
        const event = await reset('PRUNED');
        if (event) yield event;
        continue;
      }
      for (const row of read.rows) {
        position = row.position;
        if (!read.told(row)) continue;
        const event = await toEvent(row);
        if (event === 'end') return;
        if (event === 'skip') continue;
        yield event;
        await failpoint('event-sent');
        if (mailbox.closed) return;
      }
      behind = read.rows.length === BATCH;
      continue;
    }
    const row = mailbox.take();
    if (row === null) {
      await mailbox.arrival();
    } else if (isAfter(row.position, position)) {
      position = row.position;
      const event = await toEvent(row);
      if (event === 'end') return;
      if (event === 'skip') continue;
      yield event;
      await failpoint('event-sent');
    }
  }
}
