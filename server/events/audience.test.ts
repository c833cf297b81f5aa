import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Audience } from './audience.ts';
import type { Access } from './subscription.ts';
import { isAfter, type Position } from './cursor.ts';
import type { MediaEvent } from './media-event.ts';
import type { OutboxRow } from './outbox.ts';
import { Reader } from './reader.ts';
import { RecentRows } from './recent-rows.ts';
import { replay } from './replay.ts';
import type { Sink } from './sink.ts';

const DEALERSHIP = '5c0ffee0-0000-4000-8000-000000000001';
const VEHICLE = '5c0ffee0-0000-4000-8000-000000000002';
const SCOPE = { kind: 'vehicle', dealershipId: DEALERSHIP, vehicleId: VEHICLE } as const;
const START: Position = { xid: 1n, seq: 0n };

const rowOf = (number: number): OutboxRow => ({
  dealershipId: DEALERSHIP,
  vehicleId: VEHICLE,
  mediaId: null,
  mediaVersion: number,
  forPublic: true,
  change: { type: 'MEDIA_REMOVED', mediaId: String(number) },
  position: { xid: 1n, seq: BigInt(number) },
  at: new Date(0),
});

/** Takes what it is sent only as long as it wants to. */
class TestSink implements Sink<number> {
  readonly seen: number[] = [];
  ended = false;
  mostUntaken = 0;
  #untaken: number[] = [];
  #drained: (() => void)[] = [];
  #takes = true;

  get full(): boolean {
    return this.#untaken.length > 0;
  }

  send(frame: number): void {
    (this.#takes ? this.seen : this.#untaken).push(frame);
    this.mostUntaken = Math.max(this.mostUntaken, this.#untaken.length);
  }

  onDrained(callback: () => void): void {
    this.#drained.push(callback);
  }

  end(): void {
    this.ended = true;
  }

  cut(): void {
    this.ended = true;
  }

  take(takes: boolean): void {
    this.#takes = takes;
    if (!takes) return;
    this.seen.push(...this.#untaken.splice(0));
    for (const drained of this.#drained.splice(0)) drained();
  }
}

/** An outbox in memory, with one audience that hears of its rows late. */
function world({ access = 'granted' as Access } = {}) {
  const outbox: OutboxRow[] = [];
  const counted = { renders: 0, asked: 0, reads: 0 };
  const recent = new RecentRows(START);
  let tail = START;
  const audience: Audience<number> = new Audience<number>(
    {
      scope: SCOPE,
      publicOnly: false,
      access: () => {
        counted.asked += 1;
        return Promise.resolve(access);
      },
      rendering: {
        id: 1,
        render(event) {
          counted.renders += 1;
          return Promise.resolve(event.mediaVersion);
        },
      },
      eventOf: (row) => ({ ...row, cursor: '' }) as unknown as MediaEvent,
      replay: (reader) => void catchUp(reader, null),
      dissolve: () => {},
      log: pino({ level: 'silent' }),
    },
    START,
  );
  const catchUp = (reader: Reader<number>, after: string | null) =>
    replay(
      {
        pool: { query: () => Promise.resolve({ rows: [STATE] }) } as never,
        asTenant: (() => null) as never,
        catchUp: {
          async read(_scope, _publicOnly, from) {
            counted.reads += 1;
            const upTo = tail;
            const rows = outbox.filter(({ position }) => isAfter(position, from)).slice(0, 5);
            await new Promise((resolve) => setImmediate(resolve));
            return { rows, pruned: START, more: rows.length === 5, upTo, living: null };
          },
        },
        cursors: {
          encode: () => '',
          decode: (cursor) => ({ xid: 1n, seq: BigInt(cursor) }),
        },
        recent,
      },
      reader,
      after,
    );
  return {
    audience,
    outbox,
    counted,
    write() {
      const row = rowOf(outbox.length + 1);
      outbox.push(row);
      tail = row.position;
      recent.put(row);
      audience.put(row);
    },
    join(sink: TestSink, after: string | null = null) {
      const reader = new Reader(audience, sink, after === null ? tail : START);
      void catchUp(reader, after);
      return reader;
    },
  };
}

const STATE = {
  epoch: 'a',
  xmin: '9',
  xmax: '9',
  xid: '1',
  seq: '0',
  newestXid: '0',
  newestSeq: '0',
};

const settled = async (turns = 5): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

it('writes an event once for a thousand readers', async () => {
  const { join, write, counted } = world();
  const readers = Array.from({ length: 1_000 }, () => new TestSink());
  for (const reader of readers) join(reader);
  write();
  write();
  await settled();
  expect(counted).toEqual({ renders: 2, asked: 0, reads: 0 });
  for (const { seen } of readers) expect(seen).toEqual([1, 2]);
});

it('sends nothing more to a reader that has not taken what it was sent', async () => {
  const { join, write, audience } = world();
  const [stalls, reads] = [new TestSink(), new TestSink()];
  const reader = join(stalls);
  join(reads);
  stalls.take(false);
  for (let count = 0; count < 300; count++) {
    write();
    if (count % 10 === 0) await settled();
  }
  await settled();
  expect(stalls.mostUntaken).toBe(1);
  expect(reads.seen).toEqual(upTo(300));
  stalls.take(true);
  await expect.poll(() => stalls.seen.length).toBe(300);
  expect(stalls.seen).toEqual(upTo(300));
  expect(audience.hasToldNothingAfter(reader.position)).toBe(true);
});

it('tells a reader that missed little from memory', async () => {
  const { join, write, counted } = world();
  const reader = new TestSink();
  join(reader);
  reader.take(false);
  for (let count = 0; count < 20; count++) write();
  await settled();
  reader.take(true);
  await settled();
  expect(reader.seen).toEqual(upTo(20));
  expect(counted.reads).toBe(0);
});

it('looks into the outbox when more waits than it holds', async () => {
  const { join, write, counted } = world();
  const reader = new TestSink();
  join(reader);
  for (let count = 0; count < 500; count++) write();
  await expect.poll(() => reader.seen.length).toBe(500);
  expect(reader.seen).toEqual(upTo(500));
  expect(counted.reads).toBeGreaterThan(0);
});

it('ends all who may follow no longer, also those who do not read', async () => {
  const { join, write, counted } = world({ access: 'denied' });
  const readers = [new TestSink(), new TestSink()];
  for (const reader of readers) join(reader);
  const since = performance.now();
  await expect.poll(() => performance.now() - since, { timeout: 3_000 }).toBeGreaterThan(1_000);
  readers[0]?.take(false);
  write();
  await settled();
  expect(readers.map(({ ended, seen }) => ({ ended, seen }))).toEqual([
    { ended: true, seen: [] },
    { ended: true, seen: [] },
  ]);
  expect(counted.asked).toBe(1);
});

it('brings every event once and in order, whoever joins, stalls and goes on whenever', async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ act: fc.constant('write'), times: fc.integer({ min: 1, max: 200 }) }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('join'), after: fc.nat(400) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('stall'), who: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('read'), who: fc.nat(9) }) },
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constant('pause'), times: fc.integer({ min: 1, max: 4 }) }),
    },
  ) as fc.Arbitrary<{ act: string; times?: number; after?: number; who?: number }>;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { join, write, outbox } = world();
      const readers: { reader: TestSink; from: number }[] = [];
      for (const { act, times = 0, after = 0, who = 0 } of steps) {
        const reader = readers[who % Math.max(1, readers.length)]?.reader;
        if (act === 'write') for (let count = 0; count < times; count++) write();
        if (act === 'stall') reader?.take(false);
        if (act === 'read') reader?.take(true);
        if (act === 'pause') await settled(times);
        if (act === 'join') {
          const from = after % 2 ? outbox.length : Math.min(after, outbox.length);
          const joins = { reader: new TestSink(), from };
          readers.push(joins);
          join(joins.reader, after % 2 ? null : String(from));
        }
      }
      for (const { reader } of readers) reader.take(true);
      const expected = readers.map(({ from }) => upTo(outbox.length, from + 1));
      for (let turns = 0; turns < 3_000; turns++) {
        if (readers.every(({ reader, from }) => reader.seen.length >= outbox.length - from)) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(readers.map(({ reader }) => reader.seen)).toEqual(expected);
      for (const { reader } of readers) expect(reader.mostUntaken).toBeLessThanOrEqual(1);
    }),
    { numRuns: 150 },
  );
});
