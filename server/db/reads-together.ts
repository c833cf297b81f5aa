import type pg from 'pg';
import { runOnConnection, type TenantStatement, type TextRow } from './tenant-batch.ts';
import type { Tenant } from './tenant-query.ts';
import { TurnTimeout, type Turns } from './turns.ts';

/** Of one message: what one of them takes, those behind it wait. */
const MAX_TOGETHER = 16;
const FEW = 4;

export interface ReadsTogetherOptions {
  pool: pg.Pool;
  /** Most connections that they take. */
  connections: number;
  /** A connection is taken in turn. */
  turns: Turns;
  /** After which nobody waits any longer. */
  maxWaitMs: number;
}

/** Reads with one statement as a tenant; the rows have texts alone. */
export type ReadTogether = (
  tenant: Tenant,
  statement: { name: string; text: string; values: readonly unknown[] },
) => Promise<TextRow[]>;

interface Waiting extends TenantStatement {
  until: number;
}

/**
 * Reads that are asked for in one moment, or while all connections are busy, go
 * to the database together. Writing to a connection and reading from it is
 * what a read costs most.
 */
export function createReadsTogether(options: ReadsTogetherOptions): ReadTogether {
  const { pool, connections, turns, maxWaitMs } = options;
  let waiting: Waiting[] = [];
  let running = 0;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  function dispatch(): void {
    isDue = false;
    for (let left = waiting.length; left > 0 && running < connections; left -= share()) {
      running += 1;
      void follow();
    }
  }

  /** How many of those that wait one connection takes. */
  function share(): number {
    const each = Math.ceil(waiting.length / connections);
    return Math.min(MAX_TOGETHER, Math.max(FEW, each));
  }

  async function follow(): Promise<void> {
    try {
      await turns(onConnection);
    } catch (error) {
      // No connection is to be had: nobody else would find one.
      for (const statement of waiting.splice(0)) statement.reject(error as Error);
    } finally {
      running -= 1;
    }
  }

  async function onConnection(): Promise<void> {
    // Others may have come while the last connection was being lost.
    while (waiting.length > 0)
      await runOnConnection(
        pool,
        () => waiting.splice(0, share()),
        (left) => waiting.unshift(...(left as Waiting[])),
      );
  }

  function sendAway(): void {
    timer = undefined;
    const now = performance.now();
    const late = waiting.filter(({ until }) => until <= now);
    waiting = waiting.filter(({ until }) => until > now);
    for (const { reject } of late)
      reject(new TurnTimeout(`Nothing could begin within ${maxWaitMs} ms`));
    if (waiting.length > 0) watch();
  }

  function watch(): void {
    timer ??= setTimeout(sendAway, maxWaitMs).unref();
  }

  return (tenant, statement) =>
    new Promise((resolve, reject) => {
      const until = performance.now() + maxWaitMs;
      waiting.push({ tenant, ...statement, resolve, reject, until });
      if (isDue) return;
      isDue = true;
      setImmediate(dispatch);
      watch();
    });
}
