import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';
import { runBatch } from './tenant-batch.ts';
import type { TextRow } from './tenant-statement.ts';

let fresh: FreshDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await connectDatabase(fresh.config, pino({ level: 'silent' }));
  await db.pool.query(`
    create table notes (dealership_id uuid, number int primary key, check (number <> 13));
    alter table notes enable row level security;
    create policy own on notes to forecourt_tenant
      using (dealership_id = current_setting('forecourt.dealership')::uuid);
    grant select, insert, update on notes to forecourt_tenant`);
});
beforeEach(() => db.pool.query('delete from notes'));
afterAll(async () => {
  await db.close();
  await fresh.drop();
});

const NOTE = `insert into notes values (current_setting('forecourt.dealership')::uuid, $1::int)
  returning number, current_user`;

/** Holds the note with the number 1. */
async function lockFirst() {
  const holder = await db.pool.connect();
  await holder.query('begin');
  await holder.query('select from notes where number = 1 for update');
  return {
    /** How many connections wait for a lock. */
    async waiting(): Promise<number | undefined> {
      const { rows } = await holder.query<{ count: number }>(
        `select count(*)::int from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]?.count;
    },
    async release(): Promise<void> {
      await holder.query('rollback');
      holder.release();
    },
  };
}

describe('writes of one moment', () => {
  it('are each those of their own tenant', async () => {
    const tenants = [randomUUID(), randomUUID(), randomUUID()];
    const asked = Array.from({ length: 100 }, (_, number) => ({
      dealershipId: tenants[number % 3] as string,
      number: 100 + number,
    }));
    const answers = await Promise.all(
      asked.map(({ dealershipId, number }) => db.writeAsTenant(dealershipId, NOTE, [number])),
    );
    expect(answers).toEqual(asked.map(({ number }) => [[`${number}`, 'forecourt_tenant']]));
    const { rows } = await db.pool.query(
      'select dealership_id "dealershipId", number from notes order by number',
    );
    expect(rows).toEqual(asked);
  });

  it('are committed together', async () => {
    const dealershipId = randomUUID();
    const text = 'insert into notes values ($1::uuid, $2::int) returning pg_current_xact_id()';
    const answers = await Promise.all(
      [1, 2, 3, 4].map((number) => db.writeAsTenant(dealershipId, text, [dealershipId, number])),
    );
    expect(new Set(answers.flat(2)).size).toBe(1);
  });

  it.each([
    ['refused when it is executed', NOTE, [13], '23514'],
    ['refused when it is prepared', 'insert into nowhere values ($1)', [1], '42P01'],
    ['behind the wall', 'delete from users where name = $1', ['x'], '42501'],
  ])('are done beside one that is %s', async (_, text, values, code) => {
    const dealershipId = randomUUID();
    const answers = await Promise.allSettled(
      Array.from({ length: 60 }, (__, number) =>
        number % 7 === 3
          ? db.writeAsTenant(dealershipId, text, values)
          : db.writeAsTenant(dealershipId, NOTE, [100 + number]),
      ),
    );
    for (const [number, answer] of answers.entries()) {
      if (number % 7 === 3) expect(answer).toMatchObject({ status: 'rejected', reason: { code } });
      else expect(answer).toMatchObject({ value: [[`${100 + number}`, 'forecourt_tenant']] });
    }
    const { rows } = await db.pool.query('select count(*)::int from notes');
    expect(rows).toEqual([
      { count: answers.filter(({ status }) => status === 'fulfilled').length },
    ]);
  });

  it('are answered each, however many messages are under way and refused', async () => {
    // The second time they are prepared, and sent behind each other.
    for (const first of [1_000, 2_000]) {
      const numbers = Array.from({ length: 300 }, (_, index) =>
        index % 17 === 0 ? 13 : first + index,
      );
      const answers = await Promise.allSettled(
        numbers.map((number) => db.writeAsTenant(randomUUID(), NOTE, [number])),
      );
      expect(answers).toMatchObject(
        numbers.map((number) =>
          number === 13
            ? { status: 'rejected', reason: { code: '23514' } }
            : { value: [[`${number}`, 'forecourt_tenant']] },
        ),
      );
    }
    const { rows } = await db.pool.query('select count(*)::int from notes');
    expect(rows).toEqual([{ count: 2 * (300 - Math.ceil(300 / 17)) }]);
  });

  it('have each their own rows where one has to be prepared before others are sent', async () => {
    const client = await db.pool.connect();
    try {
      const run = (number: number, text: string, name: string): Promise<TextRow[]> =>
        new Promise((resolve, reject) => {
          const tenant = { role: 'forecourt_tenant', dealershipId: randomUUID() } as const;
          const statement = { tenant, name, text, values: [number], resolve, reject };
          runBatch('writes', client, [statement]).catch(reject);
        });
      await run(1, NOTE, 'known');
      const rows = await Promise.all([
        run(2, NOTE, 'known'),
        run(3, `${NOTE}, 'new'`, 'new'),
        run(4, NOTE, 'known'),
      ]);
      expect(rows).toEqual([
        [['2', 'forecourt_tenant']],
        [['3', 'forecourt_tenant', 'new']],
        [['4', 'forecourt_tenant']],
      ]);
    } finally {
      client.release();
    }
  });

  it('say who asked for a value that cannot be sent', async () => {
    const dealershipId = randomUUID();
    const unsendable = {
      toPostgres() {
        throw new Error('no such value');
      },
    };
    const [bad, good] = await Promise.allSettled([
      db.writeAsTenant(dealershipId, NOTE, [unsendable]),
      db.writeAsTenant(dealershipId, NOTE, [1]),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'no such value' } });
    expect(good).toMatchObject({ value: [['1', 'forecourt_tenant']] });
  });

  it('leave nothing of a tenant behind on a connection', async () => {
    await db.writeAsTenant(randomUUID(), NOTE, [1]);
    const { rows } = await db.pool.query(
      `select current_setting('role') as role, nullif(current_setting('forecourt.dealership', true), '') as dealership`,
    );
    expect(rows).toEqual([{ role: 'none', dealership: null }]);
  });

  it.each([NOTE, 'deferred'])('are answered when they are committed: %s', async (text) => {
    await db.pool.query(`
      create or replace function refuse() returns trigger language plpgsql as $$
        begin raise exception 'not at the end' using errcode = '23514'; end $$;
      drop trigger if exists at_commit on notes;
      create constraint trigger at_commit after insert on notes
        deferrable initially deferred for each row when (new.number = 17) execute function refuse()`);
    const dealershipId = randomUUID();
    const numbers = text === NOTE ? [1, 2, 3] : [1, 17, 3];
    const answers = await Promise.allSettled(
      numbers.map((number) => db.writeAsTenant(dealershipId, NOTE, [number])),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      numbers.map((number) => (number === 17 ? 'rejected' : 'fulfilled')),
    );
    const { rows } = await db.pool.query('select number from notes order by number');
    expect(rows.map(({ number }) => number as number)).toEqual(
      numbers.filter((number) => number !== 17),
    );
  });

  it.skipIf(!process.env.DATABASE_URL)('wait for no lock of another tenant', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await db.writeAsTenant(a, NOTE, [1]);
    const lock = await lockFirst();
    const change = 'update notes set number = number + $1::int where number < 10 returning number';
    const changes = [100, 0, 0].map((by) => db.writeAsTenant(a, change, [by]));
    const other = await db.writeAsTenant(b, NOTE, [2]);
    expect(other).toEqual([['2', 'forecourt_tenant']]);
    await lock.release();
    const changed = await Promise.all(changes);
    expect(changed.flat(2)).toContain('101');
  });

  it.skipIf(!process.env.DATABASE_URL)('wait for no lock of one that was there first', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await db.writeAsTenant(a, NOTE, [1]);
    const lock = await lockFirst();
    const change = 'update notes set number = number where number = 1 returning number';
    const first = db.writeAsTenant(a, change, []);
    await expect.poll(lock.waiting).toBe(1);
    expect(await db.writeAsTenant(b, NOTE, [2])).toHaveLength(1);
    await lock.release();
    expect(await first).toEqual([['1']]);
  });

  it.skipIf(!process.env.DATABASE_URL)('take one connection where a row is locked', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await db.writeAsTenant(a, NOTE, [1]);
    const lock = await lockFirst();
    const change = 'update notes set number = number where number = 1 returning number';
    const changes = Array.from({ length: 40 }, () => db.writeAsTenant(a, change, []));
    for (let number = 20; number < 40; number += 1)
      expect(await db.writeAsTenant(b, NOTE, [number])).toHaveLength(1);
    await expect.poll(lock.waiting).toBe(1);
    await lock.release();
    expect(await Promise.all(changes)).toEqual(changes.map(() => [['1']]));
  });

  it.skipIf(!process.env.DATABASE_URL)(
    'are rejected where the database ends their connection, with none behind them done',
    async () => {
      const dealershipId = randomUUID();
      const slow = `${NOTE}, pg_sleep(60)`;
      const lost = [1, 2, 3, 4].map((number) => db.writeAsTenant(dealershipId, slow, [number]));
      const ended = Promise.allSettled(lost);
      await expect
        .poll(async () => {
          const { rowCount } = await db.pool.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query like '%pg_sleep(60)' and pid <> pg_backend_pid()`,
          );
          return rowCount;
        })
        .toBeGreaterThan(0);
      for (const answer of await ended)
        expect(answer).toMatchObject({ status: 'rejected', reason: { message: /terminat/i } });
      const { rows } = await db.pool.query('select count(*)::int from notes');
      expect(rows).toEqual([{ count: 0 }]);
      expect(await db.writeAsTenant(dealershipId, NOTE, [5])).toHaveLength(1);
    },
  );
});
