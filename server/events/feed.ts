import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { createAskTogether } from '../ask-together.ts';
import { Audience } from './audience.ts';
import { createCatchUp } from './catch-up.ts';
import { createCursors, isAfter, type Position } from './cursor.ts';
import type { MediaChange, MediaEvent } from './media-event.ts';
import {
  readEvents,
  readFeedState,
  restartForeignFeed,
  WAKE_UP_CHANNEL,
  type OutboxRow,
} from './outbox.ts';
import { placeOf, placesOf } from './place.ts';
import { Reader } from './reader.ts';
import { RecentRows } from './recent-rows.ts';
import { replay } from './replay.ts';
import type { Rendering, Sink } from './sink.ts';
import { MediaSubscription, type Access, type SubscribeOptions } from './subscription.ts';

const BATCH = 100;
/** How often the outbox is read without a wake-up: covers one that was lost. */
const POLL_MS = 1_000;
/** How soon it is read again when an open transaction holds events back. */
const HELD_BACK_MS = 25;

/**
 * The live feed: follows the outbox once for all subscribers of the process, and
 * hands each event to the audiences of its vehicle and its dealership. Nothing
 * is kept for a subscriber that falls behind: it is fed from the outbox again,
 * so that nothing is dropped silently.
 */
export interface MediaFeed {
  /** The cursor from which nothing is missed by whoever reads the database after this call. */
  currentCursor(): Promise<string>;
  /** The same for a snapshot of the database with this `xmin`. */
  cursorAt(xmin: string): string;
  subscribe(options: SubscribeOptions): MediaSubscription;
  /** Ends every subscription. */
  close(): Promise<void>;
}

/** Cursors are signed with a key that is derived from the app secret. */
export async function openFeed(
  db: Database,
  log: Logger,
  appSecret: Uint8Array,
): Promise<MediaFeed> {
  if (await restartForeignFeed(db.pool)) {
    log.warn('the database was restored from a copy; live streams start anew');
  }
  const start = await readFeedState(db.pool);
  const cursors = createCursors(appSecret, start.epoch);
  const accessTogether = createAskTogether<Access>();
  let tail: Position = start.now;
  const recent = new RecentRows(tail);
  const source = {
    pool: db.pool,
    asTenant: db.asTenant,
    catchUp: createCatchUp(db, () => tail),
    cursors,
    recent,
  };
  /** By what they follow, then by what their readers have in common. */
  const audiences = new Map<string, Map<string, Audience<unknown>>>();
  let unshared = 0;
  let closed = false;
  let reading: Promise<void> | null = null;
  let readAgain = false;
  let timer: NodeJS.Timeout | null = null;

  function deliver(row: OutboxRow): void {
    recent.put(row);
    for (const place of placesOf(row)) {
      for (const audience of audiences.get(place)?.values() ?? []) audience.put(row);
    }
  }

  /** That of readers who may see the same and want it in the same words. */
  function audienceFor<Frame>(
    { scope, publicOnly, access, accessKey }: SubscribeOptions,
    rendering: Rendering<Frame>,
  ): Audience<Frame> {
    const place = placeOf(scope);
    const key = [rendering.id, publicOnly, accessKey ?? `alone ${(unshared += 1)}`].join(' ');
    const there = audiences.get(place) ?? new Map<string, Audience<unknown>>();
    const known = there.get(key) as Audience<Frame> | undefined;
    if (known) return known;
    const audience: Audience<Frame> = new Audience<Frame>(
      {
        scope,
        publicOnly,
        access: accessKey === null ? access : () => accessTogether(accessKey, access),
        rendering,
        eventOf,
        replay: (behind) => bringUpToDate(behind, null),
        dissolve() {
          if (there.get(key) === audience) there.delete(key);
          if (there.size === 0 && audiences.get(place) === there) audiences.delete(place);
        },
        log,
      },
      tail,
    );
    audiences.set(place, there.set(key, audience as Audience<unknown>));
    return audience;
  }

  function bringUpToDate<Frame>(reader: Reader<Frame>, after: string | null): void {
    replay(source, reader, after).catch((error: unknown) => {
      log.error({ err: error }, 'events cannot be told again; their reader is cut off');
      reader.cut();
    });
  }

  const events = new WeakMap<OutboxRow, MediaEvent>();

  function eventOf(row: OutboxRow): MediaEvent {
    let event = events.get(row);
    if (!event) {
      const { position, at, vehicleId, mediaVersion, forPublic } = row;
      const change = row.change as MediaChange;
      const cursor = cursors.encode(position);
      events.set(row, (event = { cursor, at, vehicleId, mediaVersion, change, forPublic }));
    }
    return event;
  }

  async function follow(): Promise<void> {
    let rows: OutboxRow[];
    do {
      rows = await readEvents(db.pool, { kind: 'all' }, tail, BATCH);
      for (const row of rows) {
        tail = row.position;
        deliver(row);
      }
    } while (rows.length === BATCH && !closed);
    const { newest } = await readFeedState(db.pool);
    schedule(isAfter(newest, tail) ? HELD_BACK_MS : POLL_MS);
  }

  function schedule(milliseconds: number): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(wake, milliseconds);
    timer.unref();
  }

  function wake(): void {
    if (closed) return;
    if (reading) {
      readAgain = true;
      return;
    }
    reading = follow()
      .catch((error: unknown) => {
        if (closed) return;
        log.warn({ err: error }, 'the event outbox cannot be read; trying again');
        schedule(POLL_MS);
      })
      .finally(() => {
        reading = null;
        if (!readAgain) return;
        readAgain = false;
        wake();
      });
  }

  const stopListening = await db.signals.listen(WAKE_UP_CHANNEL, wake);
  schedule(POLL_MS);

  return {
    async currentCursor() {
      const { now } = await readFeedState(db.pool);
      return cursors.encode(now);
    },

    cursorAt: (xmin) => cursors.encode({ xid: BigInt(xmin), seq: 0n }),

    subscribe(options) {
      // What comes from this moment on is the reader's, whenever it connects.
      const from = tail;
      return new MediaSubscription(<Frame>(rendering: Rendering<Frame>, sink: Sink<Frame>) => {
        const reader = new Reader(audienceFor(options, rendering), sink, from);
        reader.watch(options, log);
        if (closed) reader.end();
        else bringUpToDate(reader, options.after);
        return reader;
      });
    },

    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      for (const audience of [...audiences.values()].flatMap((there) => [...there.values()])) {
        for (const reader of audience.readers) reader.end();
      }
      await stopListening();
      await reading;
    },
  };
}
