import pg from 'pg';
import { serialize } from 'pg-protocol';
import { destroyConnection, isRefusal } from './connection-pool.ts';
import { makeReady, STEP_BEHIND, type Tenant } from './tenant-query.ts';

export type TextRow = (string | null)[];

/** A statement that somebody waits for. */
export interface TenantStatement {
  readonly tenant: Tenant;
  /** Under which it is prepared; '' leaves it unprepared. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  resolve(rows: TextRow[]): void;
  reject(error: Error): void;
}

const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } })
  .utils;
const EXECUTE = serialize.execute();
const SYNC = serialize.sync();

interface Connection extends pg.Connection {
  parsedStatements: Record<string, string | undefined>;
}

/**
 * Statements of tenants that go to the database in one message and one
 * transaction, each behind the wall of its own tenant. When one is refused, the
 * database skips those after it: they are left. Their columns are not described,
 * all of them come as texts.
 */
export class TenantBatch {
  /** Called once, when nothing more comes; node-postgres times it. */
  callback: (error: Error | null) => void;
  readonly statements: readonly TenantStatement[];
  /** Of which nobody has been told. */
  readonly #open: Set<TenantStatement>;
  /** What was executed: a statement, or the step behind the wall. */
  readonly #executed: (TenantStatement | null)[] = [];
  readonly #parsing: TenantStatement[] = [];
  /** Whether answers wait until all is committed. */
  readonly #writes: boolean;
  readonly #answers: (() => void)[] = [];
  #rows: TextRow[] = [];
  #at = 0;
  #connection: Connection | null = null;
  readonly #onParsed = (): void => {
    const parsed = this.#parsing.shift();
    if (parsed?.name && this.#connection)
      this.#connection.parsedStatements[parsed.name] = parsed.text;
  };

  constructor(
    statements: TenantStatement[],
    writes: boolean,
    callback: (error: Error | null) => void,
  ) {
    this.statements = statements;
    this.#open = new Set(statements);
    this.#writes = writes;
    this.callback = callback;
  }

  /** Those that have to be sent again. */
  get left(): TenantStatement[] {
    return [...this.#open];
  }

  submit(connection: Connection): null {
    const messages: Buffer[] = [];
    const sent = new Set<string>();
    let behind: Tenant | null = null;
    for (const statement of this.statements) {
      const { tenant, name, text, values } = statement;
      const isPrepared = name !== '' && (sent.has(name) || connection.parsedStatements[name]);
      let bind: Buffer;
      try {
        bind = serialize.bind({
          statement: name,
          values: values as string[],
          valueMapper: prepareValue,
        });
      } catch (error) {
        this.#reject(statement, error as Error);
        continue;
      }
      if (behind?.role !== tenant.role || behind.dealershipId !== tenant.dealershipId) {
        const step = [tenant.role, tenant.dealershipId];
        messages.push(serialize.bind({ statement: STEP_BEHIND.name, values: step }), EXECUTE);
        this.#executed.push(null);
        behind = tenant;
      }
      if (!isPrepared) {
        messages.push(serialize.parse({ name, text, types: [] }));
        sent.add(name);
        this.#parsing.push(statement);
      }
      messages.push(bind, EXECUTE);
      this.#executed.push(statement);
    }
    messages.push(SYNC);
    if (this.#parsing.length > 0) {
      this.#connection = connection;
      connection.on('parseComplete', this.#onParsed);
    }
    connection.stream.write(Buffer.concat(messages));
    return null;
  }

  handleDataRow({ fields }: { fields: TextRow }): void {
    if (this.#executed[this.#at]) this.#rows.push(fields);
  }

  handleCommandComplete(): void {
    const statement = this.#executed[this.#at++];
    if (!statement) return;
    const rows = this.#rows;
    this.#rows = [];
    const answer = (): void => {
      this.#open.delete(statement);
      statement.resolve(rows);
    };
    if (this.#writes) this.#answers.push(answer);
    else answer();
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    for (const answer of this.#answers) answer();
    this.#end(null);
  }

  handleError(error: Error): void {
    // Whoever steps behind the wall is refused for the statement that comes next.
    const refused = this.#executed.slice(this.#at).find((statement) => statement !== null);
    if (isRefusal(error) && refused && !this.#writes) {
      this.#reject(refused, error);
      this.#end(null);
      return;
    }
    for (const statement of this.#open) this.#reject(statement, error);
    this.#end(isRefusal(error) ? null : error);
  }

  #reject(statement: TenantStatement, error: Error): void {
    this.#open.delete(statement);
    statement.reject(error);
  }

  #end(error: Error | null): void {
    this.#connection?.off('parseComplete', this.#onParsed);
    this.#connection = null;
    this.callback(error);
  }
}

/**
 * Runs them on a connection that is in no transaction. Resolves to those that
 * have to be sent again; rejects, as they do, when the connection is lost.
 */
export async function runBatch(
  client: pg.ClientBase,
  statements: TenantStatement[],
  { writes }: { writes: boolean },
): Promise<TenantStatement[]> {
  try {
    await makeReady(client);
  } catch (error) {
    for (const statement of statements) statement.reject(error as Error);
    throw error;
  }
  return new Promise((resolve, reject) => {
    const batch = new TenantBatch(statements, writes, (error) =>
      error ? reject(error) : resolve(batch.left),
    );
    client.query(batch as unknown as pg.Submittable);
  });
}

/** Lends a connection of the pool, and takes it back unless it is lost. */
export async function onConnection(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<unknown>,
): Promise<void> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    await work(client);
  } catch (error) {
    lost = error as Error;
    if (lost.message === 'Query read timeout') destroyConnection(client, lost);
  } finally {
    client.release(lost);
  }
}

/** Changes something with one statement by itself; it is committed when the answer comes. */
export function writeAlone(
  pool: pg.Pool,
  statement: Omit<TenantStatement, 'resolve' | 'reject'>,
): Promise<TextRow[]> {
  return new Promise((resolve, reject) => {
    const batch = [{ ...statement, resolve, reject }];
    onConnection(pool, (client) => runBatch(client, batch, { writes: true })).catch(reject);
  });
}
