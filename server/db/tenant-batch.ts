import type pg from 'pg';
import { isRefusal } from './connection-pool.ts';
import { makeReady } from './tenant-query.ts';
import {
  execution,
  preparation,
  stepBehind,
  SYNC,
  type Connection,
  type TenantStatement,
  type TextRow,
} from './tenant-statement.ts';

/**
 * Statements of tenants that go to the database in one message and one
 * transaction, each behind the wall of its own tenant: for reads. When one is
 * refused, the database skips those after it: they are left.
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
    this.#open = new Set(statements);
    this.callback = callback;
  }

  /** Those that have to be sent again. */
  get left(): TenantStatement[] {
    return [...this.#open];
  }

  submit(connection: Connection): null {
    const messages: Buffer[] = [];
    const sent = new Set<string>();
    let behind = null as TenantStatement['tenant'] | null;
    for (const statement of this.statements) {
      const { tenant, name } = statement;
      const isPrepared = name !== '' && (sent.has(name) || connection.parsedStatements[name]);
      let executed: Buffer[];
      try {
        executed = execution(statement);
      } catch (error) {
        this.#reject(statement, error as Error);
        continue;
      }
      if (behind?.role !== tenant.role || behind.dealershipId !== tenant.dealershipId) {
        messages.push(...stepBehind(tenant));
        this.#executed.push(null);
        behind = tenant;
      }
      if (!isPrepared) {
        messages.push(preparation(statement));
        sent.add(name);
        this.#parsing.push(statement);
      }
      messages.push(...executed);
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
    this.#open.delete(statement);
    statement.resolve(rows);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    this.#end(null);
  }

  handleError(error: Error): void {
    // Whoever steps behind the wall is refused for the statement that comes next.
    const refused = this.#executed.slice(this.#at).find((statement) => statement !== null);
    if (isRefusal(error) && refused) {
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
