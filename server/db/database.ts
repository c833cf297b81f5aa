import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import type { Logger } from 'pino';
import { PrismaClient } from '../../generated/prisma/client.ts';
import type { DatabaseError } from './database-error.ts';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { withSignals, type Signals } from './signals.ts';
import { statementName } from './statement-name.ts';
import { createTenantClients, type TenantClients } from './tenant-clients.ts';
import { createTurns } from './turns.ts';

export type DatabaseConfig =
  | { kind: 'postgres'; url: string; poolSize: number }
  /** Kept in `<dataDir>/postgres`, by one process at a time. */
  | { kind: 'embedded'; dataDir: string };

/** A driver: what differs between a server and the embedded engine. */
export interface Connections {
  readonly pool: pg.Pool;
  /** How long a transaction waits for a connection, in ms. */
  readonly maxWaitMs: number;
  /** Transactions at the same moment: they wait for each other's rows, and reads must not wait with them. */
  readonly transactionsAtOnce: number;
  listen: Database['listen'];
  readonly ended: Database['ended'];
  close(): Promise<void>;
}

export interface Database extends Omit<TenantClients, 'disconnect'> {
  /** Of the owner of the tables: for the server's own work, never on behalf of somebody. */
  readonly prisma: PrismaClient;
  /** For raw SQL. The embedded engine has one connection: never use it inside of a transaction. */
  readonly pool: pg.Pool;
  readonly embedded: boolean;
  /**
   * Calls `onNotify` for each NOTIFY on the channel, and once with '' after
   * every (re)connection, since notifications may have been missed.
   * @returns a function that stops it.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  /** By NOTIFY, unless it was opened with others. */
  readonly signals: Pick<Signals, 'listen'>;
  /** Resolves when a trivial query is answered. */
  check(signal?: AbortSignal): Promise<void>;
  /** Resolves when the embedded engine ends by itself: only a new process helps. A server comes back. */
  readonly ended: Promise<DatabaseError>;
  close(): Promise<void>;
}

/**
 * Connects; does not migrate.
 * @throws {DatabaseError} UNREACHABLE, DATA_DIR_IN_USE, CREATION_FAILED, ENGINE_STOPPED
 */
export async function connectDatabase(
  config: DatabaseConfig,
  log: Logger,
  signals: Signals | null = null,
): Promise<Database> {
  const connections =
    config.kind === 'postgres' ? await openPostgres(config, log) : await openEmbedded(config, log);
  const { pool } = connections;
  const transactionOptions = { maxWait: connections.maxWaitMs, timeout: 10_000 };
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: statementName }),
    transactionOptions,
  });
  const turns = createTurns(connections.transactionsAtOnce, connections.maxWaitMs);
  const transact = withSignals(prisma.$transaction.bind(prisma), signals);
  prisma.$transaction = (...args: unknown[]) => turns(() => transact(...args));
  const ofVisitors = Math.max(1, Math.floor((connections.transactionsAtOnce * 2) / 3));
  const tenants = createTenantClients({
    pool,
    transactionOptions,
    turns,
    transactionsAtOnce: connections.transactionsAtOnce,
    visitorTurns: createTurns(ofVisitors, connections.maxWaitMs),
    readConnections: Math.max(1, ofVisitors - 1),
    signals,
  });
  let closing: Promise<void> | undefined;

  return {
    prisma,
    asTenant: tenants.asTenant,
    asVisitor: tenants.asVisitor,
    readAs: tenants.readAs,
    lookUp: tenants.lookUp,
    writeAsTenant: tenants.writeAsTenant,
    pool,
    embedded: config.kind === 'embedded',
    listen: connections.listen,
    signals: signals ?? connections,
    ended: connections.ended,
    async check(signal) {
      signal?.throwIfAborted();
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      await Promise.race([pool.query('SELECT 1'), aborted]);
    },
    close() {
      closing ??= Promise.all([prisma.$disconnect(), tenants.disconnect()]).then(() =>
        connections.close(),
      );
      return closing;
    },
  };
}
