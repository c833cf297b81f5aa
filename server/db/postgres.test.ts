import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import type { Connections } from './database.ts';
import { openPostgres } from './postgres.ts';
import { allowSilence } from './silent-connections.ts';
import { runBatch } from './tenant-batch.ts';
import { makeReady } from './tenant-query.ts';
import { isUnavailable } from './unavailable.ts';

const log = pino({ level: 'silent' });
const limits = { connect: 2_000, statement: 300, answer: 600 };

describe.runIf(process.env.DATABASE_URL)('openPostgres', () => {
  let fresh: FreshDatabase;
  let network: Awaited<ReturnType<typeof startNetwork>>;
  let connections: Connections;

  beforeEach(async () => {
    fresh = await freshDatabase();
    if (fresh.config.kind !== 'postgres') throw new Error('needs a server');
    const url = new URL(fresh.config.url);
    network = await startNetwork(Number(url.port || 5432), url.hostname);
    url.hostname = '127.0.0.1';
    url.port = String(network.port);
    connections = await openPostgres({ url: url.href, poolSize: 2 }, log, limits);
  });

  afterEach(async () => {
    await connections.close();
    await network.close();
    await fresh.drop();
  });

  test('has UTC as the zone of its sessions', async () => {
    expect((await connections.pool.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'UTC' }]);
  });

  test('has the server cancel a statement that takes too long, and goes on', async () => {
    await expect(connections.pool.query('SELECT pg_sleep(30)')).rejects.toMatchObject({
      code: '57014',
    });
    expect((await connections.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('gives up on a connection that fell silent, and never uses it again', async () => {
    network.freeze();
    await expect(connections.pool.query('SELECT 1')).rejects.toThrow('timeout');
    network.acceptNew();
    expect((await connections.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test('gives up on a transaction whose connection fell silent', async () => {
    const prisma = new PrismaClient({ adapter: new PrismaPg(connections.pool) });
    const attempt = prisma.$transaction(async (tx) => {
      await tx.mediaFeed.count();
      network.freeze();
      await tx.mediaFeed.count();
    });
    await expect(attempt).rejects.toThrow();
    network.acceptNew();
    expect(await prisma.mediaFeed.count()).toBe(1);
  });

  test('waits for a connection that may be silent for longer', async () => {
    const client = await connections.pool.connect();
    allowSilence(client, 60_000);
    await client.query('SET statement_timeout = 0');
    const slow = client.query(`SELECT 'done' AS is FROM pg_sleep(${limits.answer / 500})`);
    expect((await slow).rows).toEqual([{ is: 'done' }]);
    client.release(true);
  });

  test('says which server does not let it in, and not the password', async () => {
    const url = new URL(urlOf(fresh));
    url.pathname = '/no_such_database';
    url.password = 'secret';
    const opening = openPostgres({ url: url.href, poolSize: 1 }, log, limits);
    await expect(opening).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(
        /^cannot use the database [^ ]+\/no_such_database: (?!.*secret)/,
      ),
    });
  });

  test('tells being out of reach or out of connections from a mistake', async () => {
    const prisma = new PrismaClient({
      adapter: new PrismaPg(connections.pool),
      transactionOptions: { maxWait: 100 },
    });
    const taken = [await connections.pool.connect(), await connections.pool.connect()];
    const reasons = await Promise.all([
      reason(prisma.$transaction((tx) => tx.mediaFeed.count())),
      reason(prisma.mediaFeed.count()),
      reason(connections.pool.query('SELECT 1')),
    ]);
    expect(reasons.map(isUnavailable)).toEqual([true, true, true]);
    for (const client of taken) client.release();

    expect(isUnavailable(await reason(connections.pool.query('SELECT nothing')))).toBe(false);
    expect(isUnavailable(await reason(prisma.$queryRawUnsafe('SELECT nothing')))).toBe(false);
    network.cut();
    network.refuse();
    expect(isUnavailable(await reason(connections.pool.query('SELECT 1')))).toBe(true);
    expect(isUnavailable(await reason(prisma.mediaFeed.count()))).toBe(true);
  });

  test('tells a wait for a lock, and a transaction, that took too long from a mistake', async () => {
    const prisma = new PrismaClient({ adapter: new PrismaPg(connections.pool) });
    const lock = (tx: Pick<PrismaClient, '$executeRaw'>) =>
      tx.$executeRaw`select pg_advisory_xact_lock(1)`;
    const holder = await connections.pool.connect();
    await holder.query('begin');
    await holder.query('select pg_advisory_xact_lock(1)');
    expect(isUnavailable(await reason(prisma.$transaction(lock)))).toBe(true);
    await holder.query('rollback');
    holder.release();

    const tooLong = prisma.$transaction(
      async (tx) => {
        for (;;) await tx.mediaFeed.count();
      },
      { timeout: 50 },
    );
    expect(isUnavailable(await reason(tooLong))).toBe(true);
    const over = await prisma.$transaction(async (tx) => tx);
    expect(isUnavailable(await reason(over.mediaFeed.count()))).toBe(false);
  });

  test('takes a connection that was ended between two statements for out of reach', async () => {
    const client = await connections.pool.connect();
    const broken = new Promise((resolve) => client.once('error', resolve));
    network.cut();
    await broken;
    const query = await reason(client.query('SELECT 1'));
    client.release(true);
    expect(isUnavailable(query)).toBe(true);
  });

  test('leaves no statement without an answer on a connection that was ended before it', async () => {
    const client = await connections.pool.connect();
    await makeReady(client);
    const broken = new Promise((resolve) => client.once('error', resolve));
    network.cut();
    await broken;
    const tenant = { role: 'forecourt_visitor', dealershipId: randomUUID() } as const;
    const statement = { tenant, name: '', text: 'select 1', values: [] };
    const attempt = new Promise((resolve, reject) => {
      runBatch('reads', client, [{ ...statement, resolve, reject }]).catch(() => {});
    });
    expect(isUnavailable(await reason(attempt))).toBe(true);
    client.release(true);
  });

  test('takes a connection that was ended in a commit for out of reach', async () => {
    await connections.pool.query(`
      create table ends (id int);
      create function end_connection() returns trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); return null; end $$;
      create constraint trigger at_commit after insert on ends
        deferrable initially deferred for each row execute function end_connection()`);
    const prisma = new PrismaClient({ adapter: new PrismaPg(connections.pool) });
    const attempt = prisma.$transaction((tx) => tx.$executeRaw`insert into ends values (1)`);
    expect(isUnavailable(await reason(attempt))).toBe(true);
    const reset = new DriverAdapterError({ kind: 'ConnectionClosed' });
    expect(isUnavailable(reset)).toBe(true);
    const mistake = new DriverAdapterError({ kind: 'LengthMismatch' });
    expect(isUnavailable(mistake)).toBe(false);
  });

  test('takes a connection that was reset under a statement for out of reach', async () => {
    const prisma = new PrismaClient({ adapter: new PrismaPg(connections.pool) });
    const statements = {
      raw: () => prisma.$queryRaw`select 1`,
      model: () => prisma.mediaFeed.count(),
      'raw, in a transaction': () => prisma.$transaction((tx) => tx.$executeRaw`select 1`),
    };
    for (const [name, run] of Object.entries(statements)) {
      await connections.pool.query('SELECT 1');
      network.resetWhenAsked();
      expect([name, isUnavailable(await reason(run()))]).toEqual([name, true]);
    }
  });

  test('closes although a connection fell silent', async () => {
    await connections.listen('feed', () => {});
    network.freeze();
    await connections.close();
    connections = await openPostgres({ url: urlOf(fresh), poolSize: 1 }, log, limits);
  });

  test('serves again after the server cut every connection', async () => {
    network.cut();
    await vi.waitFor(() => connections.pool.query('SELECT 1'), 10_000);
  });
});

const reason = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => null,
    (error: unknown) => error,
  );

function urlOf({ config }: FreshDatabase): string {
  if (config.kind !== 'postgres') throw new Error('needs a server');
  return config.url;
}

/** A wire to the server that can fall silent without being cut, as a vanished peer does. */
async function startNetwork(port: number, host: string) {
  const sockets = new Set<Socket>();
  let frozen = new Set<Socket>();
  let refusing = false;
  let away = false;
  let resetting = false;
  const server = createServer((near) => {
    if (away) {
      near.destroy();
      return;
    }
    const far = connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (refusing) frozen.add(from);
      from.on('data', (bytes) => {
        if (resetting) near.resetAndDestroy();
        else if (!frozen.has(from)) to.write(bytes);
        resetting = false;
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      frozen = new Set(sockets);
      refusing = true;
    },
    acceptNew: () => {
      refusing = false;
    },
    cut,
    resetWhenAsked: () => {
      resetting = true;
    },
    refuse: () => {
      away = true;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
