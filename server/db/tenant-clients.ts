import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { withSignals, type Signals } from './signals.ts';
import { statementName } from './statement-name.ts';
import { runBatch } from './tenant-batch.ts';
import { tenantPool } from './tenant-pool.ts';
import { OWNER, type Tenant } from './tenant-query.ts';
import { createTogether } from './together.ts';
import type { Turns } from './turns.ts';

/** Clients are small, and made anew when they are asked for again. */
const MAX_CLIENTS = 1_000;
/** Sees nothing: what a visitor of no dealership is. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export interface TenantClients {
  /** Reaches the rows of one dealership. Row-level security hides all others, whatever is asked. */
  asTenant(dealershipId: string): PrismaClient;
  /** Reads what one dealership has published, and nothing else. */
  asVisitor(dealershipId: string | null): PrismaClient;
  /** Reads with one statement of its own as one of them; the rows have texts alone. */
  readAs(
    role: Tenant['role'],
    dealershipId: string | null,
    text: string,
    values: unknown[],
  ): Promise<(string | null)[][]>;
  /** Looks for who asks, as the owner of the tables, with one statement of its own; the rows have texts alone. */
  lookUp(text: string, values: unknown[]): Promise<(string | null)[][]>;
  /** Changes what is a dealership's with one statement of its own, which takes its turn among transactions. */
  writeAsTenant(
    dealershipId: string,
    text: string,
    values: unknown[],
  ): Promise<(string | null)[][]>;
  disconnect(): Promise<void>;
}

export interface TenantClientsOptions {
  pool: pg.Pool;
  transactionOptions: { maxWait: number; timeout: number };
  turns: Turns;
  /** How many transactions `turns` lets run. */
  transactionsAtOnce: number;
  /** Of visitors, who are many: staff, the feed and the worker find a connection all the same. */
  visitorTurns: Turns;
  /** Most that reads of visitors take, and those of tenants. */
  readConnections: number;
  /** Null: NOTIFY. */
  signals: Signals | null;
}

/** One engine for all: whom an operation serves goes with it to the connection that it gets. */
export function createTenantClients(options: TenantClientsOptions): TenantClients {
  const { pool, transactionOptions, turns, transactionsAtOnce } = options;
  const { visitorTurns, readConnections, signals } = options;
  const served = new AsyncLocalStorage<Tenant>();

  function current(): Tenant {
    const tenant = served.getStore();
    if (!tenant) throw new Error('A statement for a tenant says whose');
    return tenant;
  }

  const engine = new PrismaClient({
    adapter: new PrismaPg(tenantPool(pool, current), {
      // A plan of the owner's would be made anew for whoever comes next, and the other way round.
      statementNameGenerator(query) {
        const name = statementName(query);
        return name && `${current().role}-${name}`;
      },
    }),
    transactionOptions,
    // The role may not read it.
    omit: { invitation: { tokenHash: true } },
  }) as unknown as PrismaClient;
  keepBatchesApart(engine, served);
  const clients = new Map<string, PrismaClient>();

  const inTurn = <T>(role: Tenant['role'], work: () => Promise<T>): Promise<T> =>
    role === 'forecourt_visitor' ? visitorTurns(work) : work();

  function create(tenant: Tenant): PrismaClient {
    const client = engine.$extends({
      query: {
        // An operation begins when somebody waits for it.
        $allOperations: ({ args, query }) =>
          inTurn(tenant.role, () => served.run(tenant, async () => await query(args))),
      },
    }) as unknown as PrismaClient;
    const transact = withSignals(client.$transaction.bind(client), signals);
    client.$transaction = (...args: unknown[]) =>
      turns(() => served.run(tenant, () => transact(...args)));
    return client;
  }

  function clientOf(tenant: Tenant): PrismaClient {
    const key = `${tenant.role}/${tenant.dealershipId}`;
    const known = clients.get(key);
    if (known) return known;
    const [oldest] = clients.keys();
    if (clients.size >= MAX_CLIENTS && oldest !== undefined) clients.delete(oldest);
    const client = create(tenant);
    clients.set(key, client);
    return client;
  }

  const { maxWait: maxWaitMs } = transactionOptions;
  const forReads = {
    pool,
    connections: readConnections,
    maxWaitMs,
    few: 4,
    run: runBatch.bind(null, 'reads'),
  };
  const atOnce: Turns = (work) => work();
  const together = {
    forecourt_visitor: createTogether({ ...forReads, turns: visitorTurns }),
    forecourt_tenant: createTogether({ ...forReads, turns: atOnce }),
    // Small, each of them: what they cost is the message.
    none: createTogether({ ...forReads, few: 16, turns: atOnce }),
  };
  const writeTogether = createTogether({
    pool,
    connections: transactionsAtOnce,
    turns,
    maxWaitMs,
    few: 16,
    inOrder: true,
    run: runBatch.bind(null, 'writes'),
  });
  const named = (role: keyof typeof together, text: string): string => {
    const name = statementName({ sql: text });
    return name && `${role}-${name}`;
  };

  return {
    asTenant: (dealershipId) => clientOf({ dealershipId, role: 'forecourt_tenant' }),
    asVisitor: (dealershipId) =>
      clientOf({ dealershipId: dealershipId ?? NOBODY, role: 'forecourt_visitor' }),
    readAs: (role, dealershipId, text, values) =>
      together[role](
        { role, dealershipId: dealershipId ?? NOBODY },
        { name: named(role, text), text, values },
      ),
    lookUp: (text, values) => together.none(OWNER, { name: named('none', text), text, values }),
    writeAsTenant(dealershipId, text, values) {
      const role = 'forecourt_tenant';
      return writeTogether({ role, dealershipId }, { name: named(role, text), text, values });
    },
    disconnect: () => engine.$disconnect(),
  };
}

interface Loader {
  batchBy(request: object): string | undefined;
  batchLoader(requests: { request: object }[] | object[]): Promise<unknown>;
  singleLoader(request: object): Promise<unknown>;
}

/**
 * Prisma puts the look-ups by id of one moment into one statement, whoever asks,
 * and runs it for who asked first. Here only those for the same tenant go
 * together, for that tenant.
 */
function keepBatchesApart(engine: PrismaClient, served: AsyncLocalStorage<Tenant>): void {
  const { _requestHandler: handler } = engine as unknown as {
    _requestHandler?: { dataloader?: { options?: Loader } };
  };
  const loader = handler?.dataloader?.options;
  if (!loader) throw new Error('This Prisma batches in another way than the tenant clients know');
  const { batchBy, batchLoader, singleLoader } = loader;
  const asked = new WeakMap<object, Tenant>();
  const within = <T>(request: object, work: () => T): T => {
    const tenant = asked.get(request);
    return tenant ? served.run(tenant, work) : work();
  };
  loader.batchBy = (request) => {
    const batch = batchBy(request);
    const tenant = served.getStore();
    if (!batch || !tenant) return batch;
    asked.set(request, tenant);
    return `${tenant.role}/${tenant.dealershipId}/${batch}`;
  };
  loader.batchLoader = (requests) => within(requests[0] as object, () => batchLoader(requests));
  loader.singleLoader = (request) => within(request, () => singleLoader(request));
}
