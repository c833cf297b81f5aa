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
 * database skips those after it: they are given back. Their columns are not
 * described, all of them come as texts.
 */
export class TenantBatch {
  /** Called once, when nothing more comes; node-postgres times it. */
  callback: (error: Error | null) => void;
  readonly statements: readonly TenantStatement[];
  /** What was executed and has not been answered: a statement, or the step behind the wall. */
  readonly #executed: (TenantStatement | null)[] = [];
  readonly #parsing: TenantStatement[] = [];
  #rows: TextRow[] = [];
  #at = 0;
  #connection: Connection | null = null;
  readonly #onParsed = (): void => {
    const parsed = this.#parsing.shift();
    if (parsed?.name && this.#connection)
      this.#connection.parsedStatements[parsed.name] = parsed.text;
  };

  constructor(statements: TenantStatement[], callback: (error: Error | null) => void) {
    this.statements = statements;
    this.callback = callback;
  }

  /** Those that were not answered. */
  get left(): TenantStatement[] {
    return this.#executed
      .slice(this.#at)
      .filter((statement): statement is TenantStatement => statement !== null);
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
        statement.reject(error as Error);
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
    this.#executed[this.#at++]?.resolve(this.#rows);
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    this.#end(null);
  }

  handleError(error: Error): void {
    if (isRefusal(error)) {
      const [refused] = this.left;
      // Who steps behind the wall is refused for the statement that comes next.
      this.#at = refused ? this.#executed.indexOf(refused) + 1 : this.#executed.length;
      refused?.reject(error);
      this.#end(null);
      return;
    }
    for (const statement of this.left) statement.reject(error);
    this.#at = this.#executed.length;
    this.#end(error);
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
async function runBatch(
  client: pg.ClientBase,
  statements: TenantStatement[],
): Promise<TenantStatement[]> {
  try {
    await makeReady(client);
  } catch (error) {
    for (const statement of statements) statement.reject(error as Error);
    throw error;
  }
  return new Promise((resolve, reject) => {
    const batch = new TenantBatch(statements, (error) =>
      error ? reject(error) : resolve(batch.left),
    );
    client.query(batch as unknown as pg.Submittable);
  });
}

/** Runs what of them there is on one connection of the pool, until none is left. */
export async function runOnConnection(
  pool: pg.Pool,
  next: () => TenantStatement[],
  giveBack: (left: TenantStatement[]) => void,
): Promise<void> {
  const client = await pool.connect();
  let lost: Error | undefined;
  try {
    for (let batch = next(); batch.length > 0; batch = next())
      giveBack(await runBatch(client, batch));
  } catch (error) {
    lost = error as Error;
    if (lost.message === 'Query read timeout') destroyConnection(client, lost);
  } finally {
    client.release(lost);
  }
}

/** Runs one by itself. */
export function runAlone(
  pool: pg.Pool,
  statement: Omit<TenantStatement, 'resolve' | 'reject'>,
): Promise<TextRow[]> {
  return new Promise((resolve, reject) => {
    let batch: TenantStatement[] = [{ ...statement, resolve, reject }];
    runOnConnection(
      pool,
      () => batch.splice(0),
      (left) => (batch = left),
    ).catch(reject);
  });
}
