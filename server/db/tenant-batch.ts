import type pg from 'pg';
import { isRefusal } from './connection-pool.ts';
import { makeReady, PATIENTLY } from './tenant-query.ts';
import {
  execution,
  preparation,
  stepBehind,
  SYNC,
  type Connection,
  type TenantStatement,
  type TextRow,
} from './tenant-statement.ts';

/** What others, in its message or behind it, have to wait for each lock of a write. */
const BRIEFLY = '50ms';
const LOCK_NOT_AVAILABLE = '55P03';

/** When somebody is told: reads as soon as they have their rows, writes when the database keeps them. */
export type BatchKind = 'reads' | 'writes';

/**
 * Statements of tenants that go to the database in one message and one
 * transaction, each behind the wall of its own tenant. When one is refused, the
 * database skips those after it: of reads, those are left; of writes, nothing
 * is done, and all are left, to go each by itself.
 */
export class TenantBatch {
  /** Called once, when nothing more comes; node-postgres times it. */
  callback: (error: Error | null) => void;
  readonly statements: readonly TenantStatement[];
  readonly #kind: BatchKind;
  /** Of which nobody has been told. */
  readonly #open: Set<TenantStatement>;
  /** What was executed: a statement, or the step behind the wall. */
  readonly #executed: (TenantStatement | null)[] = [];
  readonly #parsing: TenantStatement[] = [];
  /** Of writes that are not committed yet. */
  readonly #done: { statement: TenantStatement; rows: TextRow[] }[] = [];
  #rows: TextRow[] = [];
  #at = 0;
  #isSent = false;
  #connection: Connection | null = null;
  readonly #onParsed = (): void => {
    const parsed = this.#parsing.shift();
    if (parsed?.name && this.#connection)
      this.#connection.parsedStatements[parsed.name] = parsed.text;
  };

  constructor(
    kind: BatchKind,
    statements: readonly TenantStatement[],
    callback: (error: Error | null) => void,
  ) {
    this.#kind = kind;
    this.statements = statements;
    this.#open = new Set(statements);
    this.callback = callback;
  }

  /** Those that have to be sent again. */
  get left(): TenantStatement[] {
    const alone = this.#kind === 'writes';
    return [...this.#open].map((statement) => (alone ? { ...statement, alone } : statement));
  }

  submit(connection: Connection): null {
    if (!this.#isSent) this.#send(connection);
    return null;
  }

  /**
   * Sends it while the database still works on all that is to be answered before,
   * so that it need not wait for this process in between; unless it has to be prepared.
   */
  sendAhead(connection: Connection): void {
    const isPrepared = ({ name }: TenantStatement) => name && connection.parsedStatements[name];
    if (!this.#isSent && this.statements.every(isPrepared)) this.#send(connection);
  }

  #send(connection: Connection): void {
    this.#isSent = true;
    const messages: Buffer[] = [];
    const sent = new Set<string>();
    const locks = this.#kind === 'reads' || this.#isAlone ? PATIENTLY : BRIEFLY;
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
        messages.push(...stepBehind(tenant, locks));
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
  }

  handleDataRow({ fields }: { fields: TextRow }): void {
    if (this.#executed[this.#at]) this.#rows.push(fields);
  }

  handleCommandComplete(): void {
    const statement = this.#executed[this.#at++];
    if (!statement) return;
    const rows = this.#rows;
    this.#rows = [];
    if (this.#kind === 'writes') this.#done.push({ statement, rows });
    else this.#resolve(statement, rows);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    for (const { statement, rows } of this.#done) this.#resolve(statement, rows);
    this.#end(null);
  }

  handleError(error: Error): void {
    if (!isRefusal(error)) {
      for (const statement of this.#open) this.#reject(statement, error);
      this.#end(error);
      return;
    }
    const refused = this.#refused(error);
    if (refused) this.#reject(refused, error);
    this.#end(null);
  }

  /** Whom an error is for: of several writes, or one that would wait longer, nobody until each went by itself. */
  #refused(error: Error): TenantStatement | null {
    if (this.#kind === 'writes') {
      const [write = null, another] = this.#open;
      const waits = (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE && !this.#isAlone;
      return another || waits ? null : write;
    }
    // Whoever steps behind the wall is refused for the statement that comes next.
    return this.#executed.slice(this.#at).find((executed) => executed !== null) ?? null;
  }

  get #isAlone(): boolean {
    return this.statements[0]?.alone === true;
  }

  #resolve(statement: TenantStatement, rows: TextRow[]): void {
    this.#open.delete(statement);
    statement.resolve(rows);
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

/** What node-postgres' client has beyond its types. */
interface Queue {
  connection: Connection;
  /** Behind the one that is under way. */
  _queryQueue: readonly object[];
}

/**
 * Runs them on a connection that is in no transaction. Resolves to those that
 * have to be sent again; rejects, as those without an answer do, when the
 * connection is lost: writes may be done all the same.
 */
export async function runBatch(
  kind: BatchKind,
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
    const batch = new TenantBatch(kind, statements, (error) =>
      error ? reject(error) : resolve(batch.left),
    );
    client.query(batch as unknown as pg.Submittable);
    const { connection, _queryQueue: waiting } = client as unknown as Queue;
    // Behind one that is under way, and nothing that is yet to be sent: answers come in this order.
    if (waiting.length === 1 && waiting[0] === batch) batch.sendAhead(connection);
  });
}
