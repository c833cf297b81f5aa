import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';
import { runBatch } from './tenant-batch.ts';
import { createTogether } from './together.ts';

let fresh: FreshDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await connectDatabase(fresh.config, pino({ level: 'silent' }));
});
afterAll(async () => {
  await db.close();
  await fresh.drop();
});

const ROLES = ['forecourt_visitor', 'forecourt_tenant'] as const;
const roleOf = (number: number) => ROLES[number % 2] as (typeof ROLES)[number];
const WHO = `select current_user, current_setting('forecourt.dealership'), $1::int`;
const DIVIDE = 'select 10 / $1::int';

it('runs each of many reads at once as its own tenant, with its own values', async () => {
  const asked = Array.from({ length: 200 }, (_, number) => ({
    role: roleOf(number >> 1),
    dealershipId: randomUUID(),
    number,
  }));
  const read = await Promise.all(
    asked.map(({ role, dealershipId, number }) => db.readAs(role, dealershipId, WHO, [number])),
  );
  expect(read).toEqual(
    asked.map(({ role, dealershipId, number }) => [[role, dealershipId, String(number)]]),
  );
});

it('leaves nothing of a tenant behind on a connection', async () => {
  await db.readAs('forecourt_tenant', randomUUID(), WHO, [1]);
  const left = await db.pool.query<{ role: string; dealership: string | null }>(
    `select current_setting('role') as role, nullif(current_setting('forecourt.dealership', true), '') as dealership`,
  );
  expect(left.rows).toEqual([{ role: 'none', dealership: null }]);
});

it.each([
  ['refused when it is executed', DIVIDE, [0], '22012'],
  ['refused when it is prepared', 'select nothing from nowhere where $1 = 1', [1], '42P01'],
  ['without the right to', 'update users set name = $1', ['x'], '42501'],
])('answers the others when one of them is %s', async (_, text, values, code) => {
  const dealershipId = randomUUID();
  const answers = await Promise.allSettled(
    Array.from({ length: 60 }, (__, number) =>
      number % 7 === 3
        ? db.readAs('forecourt_tenant', dealershipId, text, values)
        : db.readAs('forecourt_tenant', dealershipId, WHO, [number]),
    ),
  );
  for (const [number, answer] of answers.entries()) {
    if (number % 7 === 3) expect(answer).toMatchObject({ status: 'rejected', reason: { code } });
    else expect(answer).toMatchObject({ value: [['forecourt_tenant', dealershipId, `${number}`]] });
  }
});

it('asks a statement again that was refused the first time', async () => {
  const dealershipId = randomUUID();
  const text = `${DIVIDE} as asked_again`;
  const read = (by: number) => db.readAs('forecourt_tenant', dealershipId, text, [by]);
  for (let times = 0; times < 20; times++) await read(0).catch(() => {});
  const all = await Promise.all(Array.from({ length: 40 }, () => read(2)));
  expect(new Set(all.flat(2))).toEqual(new Set(['5']));
});

it('reads with statements that are prepared beside others that are not', async () => {
  const dealershipId = randomUUID();
  const read = (role: (typeof ROLES)[number], number: number) =>
    db.readAs(role, dealershipId, `select ${number} + $1::int`, [1]);
  // More than are prepared; those that are have a name for visitors, too.
  await Promise.all(Array.from({ length: 700 }, (_, number) => read('forecourt_tenant', number)));
  for (let times = 0; times < 3; times++) {
    const numbers = [699, 1, 698, 2, 697, 3];
    const rows = await Promise.all(numbers.map((number) => read('forecourt_visitor', number)));
    expect(rows.flat(2)).toEqual(numbers.map((number) => String(number + 1)));
  }
});

it('lends its connection to others, however many reads there are', async () => {
  const dealershipId = randomUUID();
  let over = false;
  const readers = Array.from({ length: 32 }, async () => {
    while (!over) await db.readAs('forecourt_visitor', dealershipId, WHO, [1]);
  });
  try {
    for (let times = 0; times < 5; times++) await db.pool.query('select 1');
  } finally {
    over = true;
    await Promise.all(readers);
  }
});

it('goes on reading while one of several connections cannot be had', async () => {
  let asked = 0;
  const pool = {
    waitingCount: 0,
    connect: () =>
      asked++ === 1 ? Promise.reject(new Error('too many connections')) : db.pool.connect(),
  } as unknown as pg.Pool;
  const read = createTogether({
    pool,
    connections: 2,
    turns: (work) => work(),
    maxWaitMs: 10_000,
    few: 4,
    run: runBatch.bind(null, 'reads'),
  });
  const tenant = { role: 'forecourt_tenant', dealershipId: randomUUID() } as const;
  const rows = await Promise.all(
    Array.from({ length: 40 }, (_, number) =>
      read(tenant, { name: '', text: WHO, values: [number] }),
    ),
  );
  expect(rows.map(([row]) => row?.[2])).toEqual(rows.map((_, number) => String(number)));
  expect(asked).toBeGreaterThan(1);
});

/** Writes whose messages end when a test says so. */
function heldWrites(connections: number) {
  const messages: { dealerships: string[]; end(error?: Error): void }[] = [];
  let released = 0;
  const write = createTogether({
    pool: {
      waitingCount: 0,
      connect: () => Promise.resolve({ release: () => void (released += 1) }),
    } as unknown as pg.Pool,
    connections,
    turns: (work) => work(),
    maxWaitMs: 60_000,
    few: 16,
    inOrder: true,
    run: (_, statements) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void => {
          for (const statement of statements)
            if (error) statement.reject(error);
            else statement.resolve([]);
          if (error) reject(error);
          else resolve([]);
        };
        messages.push({ dealerships: statements.map(({ tenant }) => tenant.dealershipId), end });
      }),
  });
  const writeFor = (dealershipId: string) =>
    write({ role: 'forecourt_tenant', dealershipId }, { name: '', text: WHO, values: [] });
  return {
    messages,
    released: () => released,
    writeFor,
    ask: (count: number) => Array.from({ length: count }, () => writeFor(randomUUID())),
  };
}

/** A connection is lent for a while alone. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
}

it('writes on another connection when a message does not end', async () => {
  const { messages, writeFor } = heldWrites(2);
  for (const dealershipId of ['north', 'south']) {
    void writeFor(dealershipId);
    await expect.poll(() => messages.at(-1)?.dealerships).toEqual([dealershipId]);
  }
});

it('sends a message with writes behind one that is under way, and no third', async () => {
  stopClock();
  const { messages, ask } = heldWrites(1);
  const sizes = () => messages.map(({ dealerships }) => dealerships.length);
  const asked = ask(1);
  await settled();
  asked.push(...ask(11));
  await settled();
  expect(sizes()).toEqual([1]);
  asked.push(...ask(29));
  await settled();
  expect(sizes()).toEqual([1, 16]);
  for (const [at, expected] of [
    [1, 16, 16],
    [1, 16, 16],
    [1, 16, 16, 8],
  ].entries()) {
    messages[at]?.end();
    await settled();
    expect(sizes()).toEqual(expected);
  }
  messages[3]?.end();
  await Promise.all(asked);
});

it('gives no connection back that has a message to answer', async () => {
  stopClock();
  const { messages, ask, released } = heldWrites(1);
  const first = Promise.allSettled(ask(1));
  await settled();
  const second = ask(12);
  await settled();
  expect(messages).toHaveLength(2);
  messages[0]?.end(new Error('refused'));
  expect(await first).toMatchObject([{ status: 'rejected' }]);
  await settled();
  expect(released()).toBe(0);
  messages[1]?.end();
  await Promise.all(second);
  await expect.poll(released).toBe(1);
});

/** When whatever is due has begun. */
async function settled(): Promise<void> {
  for (let times = 0; times < 3; times += 1) await new Promise(setImmediate);
}

it('says who asked for a value that cannot be sent, and answers the others', async () => {
  const dealershipId = randomUUID();
  const unsendable = {
    toPostgres() {
      throw new Error('no such value');
    },
  };
  const [bad, good] = await Promise.allSettled([
    db.readAs('forecourt_tenant', dealershipId, WHO, [unsendable]),
    db.readAs('forecourt_tenant', dealershipId, WHO, [1]),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'no such value' } });
  expect(good.status).toBe('fulfilled');
});

it.skipIf(!process.env.DATABASE_URL)(
  'rejects what was asked on a connection that is lost, and reads on another one',
  async () => {
    const dealershipId = randomUUID();
    const slow = db.readAs('forecourt_tenant', dealershipId, 'select pg_sleep(60)', []);
    const ended = expect(slow).rejects.toThrow(/terminat/i);
    await expect
      .poll(async () => {
        const { rowCount } = await db.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and query like '%pg_sleep(60)' and pid <> pg_backend_pid()`,
        );
        return rowCount;
      })
      .toBe(1);
    await ended;
    const [row] = await db.readAs('forecourt_tenant', dealershipId, WHO, [1]);
    expect(row).toEqual(['forecourt_tenant', dealershipId, '1']);
  },
);
