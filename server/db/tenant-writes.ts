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

/** What those behind it in a message have to wait for each of its locks. */
const BRIEFLY = '50ms';
const LOCK_NOT_AVAILABLE = '55P03';

/** How a write ended: whether the connection goes on. */
type Ended = (lost: Error | null) => void;

/**
 * One statement of a tenant that is a transaction by itself, and answered when
 * that is committed. Its messages may have gone ahead with those of others.
 */
export class TenantWrite {
  /** Called once; node-postgres times it. */
  callback: Ended;
  /** By these node-postgres notes what is prepared. */
  readonly name: string;
  readonly text: string;
  readonly statement: TenantStatement;
  /** Null when it has been sent. */
  readonly #message: Buffer | null;
  #rows: TextRow[] = [];
  #isBehind = false;

  constructor(statement: TenantStatement, message: Buffer | null, callback: Ended) {
    this.statement = statement;
    this.name = statement.name;
    this.text = statement.text;
    this.#message = message;
    this.callback = callback;
  }

  submit(connection: Connection): null {
    if (this.#message) connection.stream.write(this.#message);
    return null;
  }

  handleDataRow({ fields }: { fields: TextRow }): void {
    if (this.#isBehind) this.#rows.push(fields);
  }

  handleCommandComplete(): void {
    this.#isBehind = true;
  }

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    this.statement.resolve(this.#rows);
    this.callback(null);
  }

  handleError(error: Error): void {
    this.statement.reject(error);
    this.callback(isRefusal(error) ? null : error);
  }
}

/**
 * Runs them in their order on a connection that is in no transaction: sent in
 * one message, each a transaction of its own, so that one that is refused takes
 * none with it. One that would have to wait for a lock is left, to go alone:
 * nobody waits for the locks of somebody else. Rejects, as those without an
 * answer do, when the connection is lost; those behind may be done all the same.
 */
export async function runWrites(
  client: pg.ClientBase,
  statements: TenantStatement[],
): Promise<TenantStatement[]> {
  try {
    await makeReady(client);
  } catch (error) {
    for (const statement of statements) statement.reject(error as Error);
    throw error;
  }
  const { connection } = client as unknown as { connection: Connection };
  const inCompany = statements.length > 1;
  const left: TenantStatement[] = [];
  const rest: TenantStatement[] = [];
  const messages: Buffer[] = [];
  const preparing = new Set<string>();
  for (const statement of statements) {
    const reject = (error: Error): void => {
      const wouldWait = inCompany && (error as { code?: unknown }).code === LOCK_NOT_AVAILABLE;
      if (wouldWait) left.push({ ...statement, alone: true });
      else statement.reject(error);
    };
    // Whether Postgres can prepare it is known once it has: until then nobody else relies on it.
    const name = preparing.has(statement.name) ? '' : statement.name;
    const write = { ...statement, name, reject };
    try {
      const executed = execution(write);
      messages.push(...stepBehind(write.tenant, inCompany ? BRIEFLY : PATIENTLY));
      if (!connection.parsedStatements[name]) {
        messages.push(preparation(write));
        preparing.add(name);
      }
      messages.push(...executed, SYNC);
      rest.push(write);
    } catch (error) {
      statement.reject(error as Error);
    }
  }
  return new Promise((resolve, reject) => {
    let message: Buffer | null = Buffer.concat(messages);
    const next = (): void => {
      const statement = rest.shift();
      if (!statement) {
        resolve(left);
        return;
      }
      const write = new TenantWrite(statement, message, (lost) => {
        if (!lost) return next();
        for (const behind of [...rest, ...left]) behind.reject(lost);
        reject(lost);
      });
      message = null;
      client.query(write as unknown as pg.Submittable);
    };
    next();
  });
}
