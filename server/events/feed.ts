import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { createCursors, isAfter, type Position } from './cursor.ts';
import { eventStream, type SubscribeOptions } from './event-stream.ts';
import type { MediaEvent } from './media-event.ts';
import {
  readEvents,
  readFeedState,
  restartForeignFeed,
  WAKE_UP_CHANNEL,
  type OutboxRow,
} from './outbox.ts';
import { Mailbox } from './mailbox.ts';

/** Events that a reader may be behind before it is fed from the outbox again. */
const MAILBOX_SIZE = 64;
const BATCH = 100;
/** How often the outbox is read without a wake-up: covers a lost notification. */
const POLL_MS = 1_000;
/** How soon it is read again when an open transaction holds events back. */
const HELD_BACK_MS = 25;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The live feed: follows the outbox once for all subscribers of the process.
 * A subscriber holds at most {@link MAILBOX_SIZE} events; one that falls
 * behind is fed from the outbox again, so that nothing is dropped silently.
 */
export interface MediaFeed {
  /** The cursor from which nothing is missed by whoever reads the database after this call. */
  currentCursor(): Promise<string>;
  subscribe(options: SubscribeOptions): AsyncIterableIterator<MediaEvent>;
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
  const mailboxes = new Map<string, Set<Mailbox<OutboxRow>>>();
  const start = await readFeedState(db.pool);
  const cursors = createCursors(appSecret, start.epoch);
  let tail: Position = start.now;
  let closed = false;
  let reading: Promise<void> | null = null;
  let readAgain = false;
  let timer: NodeJS.Timeout | null = null;

  function deliver(row: OutboxRow): void {
    for (const key of [`vehicle:${row.vehicleId}`, `dealership:${row.dealershipId}`]) {
      for (const mailbox of mailboxes.get(key) ?? []) mailbox.put(row);
    }
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

  const stopListening = await db.listen(WAKE_UP_CHANNEL, wake);
  schedule(POLL_MS);

  return {
    async currentCursor() {
      const { now } = await readFeedState(db.pool);
      return cursors.encode(now);
    },

    subscribe(options) {
      const { scope } = options;
      const key =
        scope.kind === 'vehicle'
          ? `vehicle:${scope.vehicleId}`
          : `dealership:${scope.dealershipId}`;
      const mailbox = new Mailbox<OutboxRow>(MAILBOX_SIZE);
      const readers = mailboxes.get(key) ?? new Set();
      mailboxes.set(key, readers.add(mailbox));
      if (closed) mailbox.close();
      // The generator begins to run later; what comes from this moment on is the reader's.
      const source = eventStream({ pool: db.pool, cursors, log }, options, mailbox, tail);

      const stopWatching = watchAccess(options, log, leave);

      function leave(): void {
        stopWatching();
        mailbox.close();
        readers.delete(mailbox);
        if (readers.size === 0 && mailboxes.get(key) === readers) mailboxes.delete(key);
      }

      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          try {
            const result = await source.next();
            if (result.done) leave();
            return result;
          } catch (error) {
            leave();
            throw error;
          }
        },
        async return() {
          leave();
          return source.return(undefined);
        },
      };
    },

    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      for (const readers of mailboxes.values()) for (const mailbox of readers) mailbox.close();
      await stopListening();
      await reading;
    },
  };
}

/** Leaves when the right to follow is gone, also where nothing happens that could be told. */
function watchAccess(options: SubscribeOptions, log: Logger, leave: () => void): () => void {
  const stopAsking = options.onDoubt(() => {
    options.access().then(
      (access) => {
        if (access === 'denied') leave();
      },
      // Asked again before the next event.
      (error: unknown) => log.warn({ err: error }, 'a live stream cannot read who may follow it'),
    );
  });
  const left = options.endsAt === null ? Infinity : options.endsAt.getTime() - Date.now();
  // What ends later than timers count is noticed before an event.
  const timer = left <= MAX_TIMER_MS ? setTimeout(leave, left) : null;
  timer?.unref();
  return () => {
    stopAsking();
    if (timer) clearTimeout(timer);
  };
}
