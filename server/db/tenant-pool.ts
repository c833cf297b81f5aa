import type pg from 'pg';
import { lend } from './connection-pool.ts';
import { beginAs, queryAs, type Tenant } from './tenant-query.ts';

/**
 * The same connections, for statements and transactions that serve a tenant:
 * whoever `current` names when they begin. What is asked here never runs as the
 * owner of the tables.
 */
export function tenantPool(pool: pg.Pool, current: () => Tenant): pg.Pool {
  const query = (config: pg.QueryConfig) => {
    const tenant = current();
    return lend(pool, (client) => queryAs(client, tenant, config));
  };

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
