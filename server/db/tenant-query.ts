import pg from 'pg';

/** The roles that row-level security holds back. */
export type WallRole = 'forecourt_tenant' | 'forecourt_visitor';

/** Whom a statement serves. */
export interface Tenant {
  readonly dealershipId: string;
  readonly role: WallRole;
}

/** Before it is known whom a request serves: the owner of the tables, whom nothing holds back. */
export const OWNER = { dealershipId: '', role: 'none' } as const;

/** Until the transaction ends; a statement by itself is one. */
export const STEP_BEHIND = {
  name: 'forecourt-wall',
  text: "select set_config('role', $1, true), set_config('forecourt.dealership', $2, true), set_config('lock_timeout', $3, true)",
};

/** Of a statement that waits for others as long as a statement may take. */
export const PATIENTLY = '0';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How a transaction begins that serves a tenant: one message, as many round trips as without. */
export function beginAs({ dealershipId, role }: Tenant): string {
  if (!UUID.test(dealershipId)) throw new TypeError('The id of a dealership is a UUID');
  return `BEGIN; SET LOCAL ROLE ${role}; SET LOCAL forecourt.dealership = '${dealershipId}'`;
}

type Callback = (error: Error | null, result: pg.QueryResult) => void;

/** What node-postgres' query has beyond its types. */
interface PreparedQuery {
  prepare(connection: pg.Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
}
const PreparedQuery = pg.Query as unknown as new (
  config: pg.QueryConfig & { queryMode: 'extended' },
  values: undefined,
  callback: Callback,
) => PreparedQuery;

/**
 * One statement as a tenant: what steps behind the wall goes ahead of it in the
 * same message, and both are one transaction, after which the connection is
 * what it was.
 */
class TenantQuery extends PreparedQuery {
  readonly tenant: Tenant;
  #behind = false;

  constructor(tenant: Tenant, config: pg.QueryConfig, callback: Callback) {
    // A statement without values would else go by itself.
    super({ ...config, queryMode: 'extended' }, undefined, callback);
    this.tenant = tenant;
  }

  override prepare(connection: pg.Connection): void {
    const { role, dealershipId } = this.tenant;
    connection.bind({ statement: STEP_BEHIND.name, values: [role, dealershipId, PATIENTLY] }, true);
    connection.execute({}, true);
    super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (this.#behind) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: pg.Connection): void {
    if (this.#behind) super.handleCommandComplete(message, connection);
    this.#behind = true;
  }
}

const ready = new WeakSet<pg.ClientBase>();

/** Once for each connection. */
export async function makeReady(client: pg.ClientBase): Promise<void> {
  if (ready.has(client)) return;
  await client.query({ ...STEP_BEHIND, values: ['none', '', PATIENTLY] });
  ready.add(client);
}

/** Runs one statement as a tenant, on a connection that is in no transaction. */
export async function queryAs(
  client: pg.ClientBase,
  tenant: Tenant,
  config: pg.QueryConfig,
): Promise<pg.QueryResult> {
  await makeReady(client);
  return new Promise((resolve, reject) => {
    const query = new TenantQuery(tenant, config, (error, result) =>
      error ? reject(error) : resolve(result),
    );
    client.query(query as unknown as pg.Query);
  });
}
