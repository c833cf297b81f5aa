import type pg from 'pg';
import { destroyConnection, isRefusal } from './connection-pool.ts';
import { beginAs, queryAs, type Tenant } from './tenant-query.ts';

/**
 * The same connections, for statements and transactions that serve a tenant:
 * whoever `current` names when they begin. What is asked here never runs as the
 * owner of the tables.
 */
export function tenantPool(pool: pg.Pool, current: () => Tenant): pg.Pool {
  const query = (config: pg.QueryConfig) => queryPool(pool, current(), config);

  async function connect(): Promise<pg.PoolClient> {
    const tenant = current();
    return forTransaction(await pool.connect(), tenant);
  }

  return Object.assign(Object.create(pool) as pg.Pool, {
    query,
    connect,
    on: pool.on.bind(pool),
    removeListener: pool.removeListener.bind(pool),
  });
}

/** Runs one statement as a tenant on any connection of a pool. */
async function queryPool(
  pool: pg.Pool,
  tenant: Tenant,
  config: pg.QueryConfig,
): Promise<pg.QueryResult> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    return await queryAs(client, tenant, config);
  } catch (error) {
    if (!isRefusal(error)) lost = error as Error;
    if (lost?.message === 'Query read timeout') destroyConnection(client, lost);
    throw error;
  } finally {
    client.release(lost);
  }
}

/** What Prisma does with a connection that it takes: one transaction. */
function forTransaction(client: pg.PoolClient, tenant: Tenant): pg.PoolClient {
  let begun = false;
  const query = (config: pg.QueryConfig): Promise<unknown> => {
    if (begun) return client.query(config);
    begun = true;
    if (config.text !== 'BEGIN')
      throw new Error(`A tenant's transaction began with ${config.text}`);
    return client.query(beginAs(tenant));
  };
  return Object.assign(Object.create(client) as pg.PoolClient, {
    query,
    on: client.on.bind(client),
    removeListener: client.removeListener.bind(client),
    release: client.release.bind(client),
  });
}
