import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { failpoint } from '../failpoint.ts';
import { isAfter, type Position } from './cursor.ts';
import type { MediaEvent } from './media-event.ts';
import type { OutboxRow } from './outbox.ts';
import type { Reader } from './reader.ts';
import type { Rendering } from './sink.ts';
import type { Access, SubscribeOptions } from './subscription.ts';

/** Events that wait to be told; when there are more the readers look into the outbox instead. */
const QUEUE_SIZE = 64;
/** How long the right to see what is followed is taken for granted. */
const ALLOWED_MS = 1_000;
/** Waits between tries to read while the database does not answer; the last one repeats. */
const RETRY_MS = [100, 500, 2_000, 5_000] as const;

export interface AudienceOptions<Frame> extends Pick<
  SubscribeOptions,
  'scope' | 'publicOnly' | 'access'
> {
  rendering: Rendering<Frame>;
  /** The row as readers are told of it, the same for all. */
  eventOf(row: OutboxRow): MediaEvent;
  /** Brings a reader that is behind up to date, and back by {@link Audience.admit}. */
  replay(reader: Reader<Frame>): void;
  /** Nobody is left. */
  dissolve(): void;
  log: Logger;
}

/**
 * Readers who may see the same and want it in the same words. One asks whether
 * they may, one writes the event, and all are sent the same bytes. A reader that
 * does not take what it is sent leaves the row until it has caught up.
 */
export class Audience<Frame> {
  readonly options: AudienceOptions<Frame>;
  /** Everybody, also those who are behind. */
  readonly readers = new Set<Reader<Frame>>();
  readonly #present = new Set<Reader<Frame>>();
  /** Of the last row that was told. */
  position: Position;
  #rows: OutboxRow[] = [];
  #telling = false;
  #allowedUntil = performance.now() + ALLOWED_MS;

  constructor(options: AudienceOptions<Frame>, position: Position) {
    this.options = options;
    this.position = position;
  }

  put(row: OutboxRow): void {
    if (this.#rows.length === QUEUE_SIZE) {
      this.#rows = [];
      this.position = row.position;
      for (const reader of this.#present) this.#fallBehind(reader);
      return;
    }
    this.#rows.push(row);
    if (!this.#telling) void this.#tell();
  }

  /** Whether a reader that was told of everything up to there misses nothing when it joins. */
  hasToldNothingAfter(position: Position): boolean {
    return !isAfter(this.position, position);
  }

  admit(reader: Reader<Frame>): void {
    this.#present.add(reader);
  }

  forget(reader: Reader<Frame>): void {
    this.readers.delete(reader);
    this.#present.delete(reader);
    if (this.readers.size === 0) this.options.dissolve();
  }

  /** What readers are told of a row; null is nothing. */
  async frameOf(row: OutboxRow): Promise<Frame | 'end' | null> {
    const { scope, publicOnly, rendering, eventOf } = this.options;
    const { change, forPublic } = row;
    if (change.type === 'VEHICLE_REMOVED') return scope.kind === 'vehicle' ? 'end' : null;
    if (publicOnly && !forPublic) return null;
    const access = await this.currentAccess();
    if (access === 'denied') return 'end';
    if (access === 'gone' && change.type !== 'MEDIA_REMOVED') return null;
    return rendering.render(eventOf(row));
  }

  async currentAccess(): Promise<Access> {
    if (performance.now() < this.#allowedUntil) return 'granted';
    const asked = performance.now();
    const access = (await this.patiently(this.options.access)) ?? 'denied';
    if (access === 'granted') this.#allowedUntil = asked + ALLOWED_MS;
    return access;
  }

  /** Asks until there is an answer; null when everybody leaves before. */
  async patiently<T>(ask: () => Promise<T>): Promise<T | null> {
    for (let tries = 0; this.readers.size > 0; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (this.readers.size === 0) return null;
        const { log } = this.options;
        log.warn({ err: error }, 'a live stream cannot read the database; trying again');
        await sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], undefined, { ref: false });
      }
    }
    return null;
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    try {
      for (let row = this.#rows.shift(); row; row = this.#rows.shift()) {
        const frame = await this.frameOf(row);
        if (isAfter(row.position, this.position)) this.position = row.position;
        for (const reader of this.#present) {
          if (isAfter(row.position, reader.position)) this.#tellOne(reader, row, frame);
        }
        await failpoint('event-sent');
      }
    } catch (error) {
      this.options.log.error({ err: error }, 'an event cannot be told; its readers are cut off');
      this.#rows = [];
      for (const reader of this.readers) reader.cut();
    } finally {
      this.#telling = false;
    }
  }

  #tellOne(reader: Reader<Frame>, { position }: OutboxRow, frame: Frame | 'end' | null): void {
    if (frame === 'end') {
      reader.end();
    } else if (frame !== null && reader.sink.full) {
      this.#fallBehind(reader);
    } else {
      reader.position = position;
      if (frame !== null) reader.sink.send(frame);
    }
  }

  #fallBehind(reader: Reader<Frame>): void {
    this.#present.delete(reader);
    this.options.replay(reader);
  }
}
