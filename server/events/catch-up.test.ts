import { expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { createCatchUp } from './catch-up.ts';

const DEALERSHIP = '5c0ffee0-0000-4000-8000-000000000001';
const vehicle = (vehicleId: string) =>
  ({ kind: 'vehicle', dealershipId: DEALERSHIP, vehicleId }) as const;
const after = (seq: bigint) => ({ xid: 7n, seq });

/** Answers when it is told to, and counts how often it is asked for events. */
function slowDatabase() {
  let running = 0;
  const counted = { reads: 0, atOnce: 0 };
  const open: (() => void)[] = [];
  const state = {
    epoch: 'a',
    xmin: '9',
    xmax: '9',
    xid: '0',
    seq: '0',
    newestXid: '0',
    newestSeq: '0',
  };
  const pool = {
    async query({ name }: { name: string }) {
      if (!name.startsWith('events-vehicle')) return { rows: [state] };
      counted.reads += 1;
      running += 1;
      counted.atOnce = Math.max(counted.atOnce, running);
      await new Promise<void>((resolve) => open.push(resolve));
      running -= 1;
      return { rows: [] };
    },
  };
  const asTenant = () => ({ media: { findMany: () => Promise.resolve([]) } });
  const db = { pool, asTenant } as unknown as Database;
  async function answerAll(all: Promise<unknown>): Promise<void> {
    let done = false;
    void all.finally(() => (done = true));
    while (!done) {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { db, counted, answerAll };
}

it('reads once for a thousand readers at the same place', async () => {
  const { db, counted, answerAll } = slowDatabase();
  const catchUp = createCatchUp(db, () => after(0n));
  const asked = Array.from({ length: 1_000 }, () => catchUp.read(vehicle('a'), false, after(1n)));
  await answerAll(Promise.all(asked));
  expect(counted.reads).toBe(1);
});

it('reads apart for another vehicle, place or kind of reader', async () => {
  const { db, counted, answerAll } = slowDatabase();
  const catchUp = createCatchUp(db, () => after(0n));
  await answerAll(
    Promise.all([
      catchUp.read(vehicle('a'), false, after(1n)),
      catchUp.read(vehicle('b'), false, after(1n)),
      catchUp.read(vehicle('a'), true, after(1n)),
      catchUp.read(vehicle('a'), false, after(2n)),
    ]),
  );
  expect(counted.reads).toBe(4);
});

it('leaves connections to requests, however many readers are behind', async () => {
  const { db, counted, answerAll } = slowDatabase();
  const catchUp = createCatchUp(db, () => after(0n));
  const asked = Array.from({ length: 50 }, (_, place) =>
    catchUp.read(vehicle('a'), false, after(BigInt(place))),
  );
  await answerAll(Promise.all(asked));
  expect(counted).toEqual({ reads: 50, atOnce: 2 });
});
