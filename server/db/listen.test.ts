import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { connectDatabase, type Database } from './database.ts';

const log = pino({ level: 'silent' });

/** Collects payloads and waits for how many there are. */
function inbox() {
  const payloads: string[] = [];
  return {
    payloads,
    onNotify: (payload: string) => void payloads.push(payload),
    until: (count: number) => vi.waitFor(() => expect(payloads).toHaveLength(count), 20_000),
  };
}

describe('listen', () => {
  let fresh: FreshDatabase;
  let db: Database;

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = await connectDatabase(fresh.config, log);
  });

  afterAll(async () => {
    await db.close();
    await fresh.drop();
  });

  const notify = (channel: string, payload: string) =>
    db.pool.query('SELECT pg_notify($1, $2)', [channel, payload]);

  test('says once that it listens, then tells each notification of its channel', async () => {
    const { payloads, onNotify, until } = inbox();
    await db.listen('feed', onNotify);
    expect(payloads).toEqual(['']);
    await notify('other', 'not for it');
    await notify('feed', 'one');
    await notify('feed', 'two');
    await until(3);
    expect(payloads).toEqual(['', 'one', 'two']);
  });

  test('takes channels that need quoting', async () => {
    const { payloads, onNotify, until } = inbox();
    await db.listen('Feed "of" all', onNotify);
    await notify('Feed "of" all', 'one');
    await until(2);
    expect(payloads).toEqual(['', 'one']);
  });

  test('tells what a transaction notified when it commits, and nothing when it rolls back', async () => {
    const { payloads, onNotify, until } = inbox();
    await db.listen('feed', onNotify);
    const rolledBack = db.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_notify('feed', 'never')::text`;
      throw new Error('enough');
    });
    await expect(rolledBack).rejects.toThrow('enough');
    await db.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT pg_notify('feed', 'committed')::text`;
      expect(payloads).toEqual(['']);
    });
    await until(2);
    expect(payloads).toEqual(['', 'committed']);
  });

  test('tells every listener of a channel until each is stopped', async () => {
    const [first, second] = [inbox(), inbox()];
    const stopFirst = await db.listen('feed', first.onNotify);
    const stopSecond = await db.listen('feed', second.onNotify);
    await notify('feed', 'both');
    await Promise.all([first.until(2), second.until(2)]);
    await stopFirst();
    await notify('feed', 'second only');
    await second.until(3);
    expect(first.payloads).toEqual(['', 'both']);
    await stopSecond();
    await notify('feed', 'nobody');
    expect(second.payloads).toEqual(['', 'both', 'second only']);
  });

  test('listens again after its connection was lost, and says so', async () => {
    const { payloads, onNotify, until } = inbox();
    await db.listen('feed', onNotify);
    await loseConnections();
    await until(2);
    await notify('feed', 'one');
    await until(3);
    expect(payloads).toEqual(['', '', 'one']);
  });

  /** As when a server restarts, or a client is thrown away with its connection. */
  async function loseConnections(): Promise<void> {
    const client = await db.pool.connect();
    if (!db.embedded) {
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    }
    client.release(true);
    await db.check();
  }
});
