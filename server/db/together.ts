import type pg from 'pg';
import { lend } from './connection-pool.ts';
import type { TenantStatement, TextRow } from './tenant-statement.ts';
import { TurnTimeout, type Turns } from './turns.ts';

/** Of one message: what one of them takes, those behind it wait. */
const MAX_TOGETHER = 16;
/** How long one connection is kept while others may want it. */
const SLICE_MS = 50;

/** So many have to wait for a message to be sent behind one that is under way. */
const AHEAD = 12;

/** So long a message may take for others to wait for its end. */
const COMPANY_MS = 100;

export interface TogetherOptions {
  pool: pg.Pool;
  /** Most connections that they take. */
  connections: number;
  /** A connection is taken in turn. */
  turns: Turns;
  /** After which nobody waits any longer. */
  maxWaitMs: number;
  /** Of one message at least, when more than one waits: rather than another connection. */
  few: number;
  /** Those of one dealership wait for each other's rows: only one message at a time has any of them. */
  inOrder?: boolean;
  /** Resolves to those that have to be sent again; rejects, as those without an answer do, when the connection is lost. */
  run(client: pg.PoolClient, statements: TenantStatement[]): Promise<TenantStatement[]>;
}

/** Runs one statement as a tenant; the rows have texts alone. */
export type RunTogether = (
  tenant: TenantStatement['tenant'],
  statement: { name: string; text: string; values: readonly unknown[] },
) => Promise<TextRow[]>;

/** A connection on which a message with writes is under way. */
interface Line {
  readonly client: pg.PoolClient;
  /** After which others may have the connection. */
  readonly until: number;
  /** What was sent behind it. */
  next: Promise<void> | null;
}

interface Waiting extends TenantStatement {
  since: number;
}

/**
 * Statements that are asked for in one moment, or while all connections are
 * busy, go to the database together. Writing to a connection and reading from it
 * is what one costs most.
 */
export function createTogether(options: TogetherOptions): RunTogether {
  const { pool, connections, turns, maxWaitMs, few, inOrder = false, run } = options;
  let waiting: Waiting[] = [];
  /** Dealerships that a message is under way for. */
  const busy = new Set<string>();
  let running = 0;
  const lines = new Set<Line>();
  /** When messages under way began that those who come wait for: writes are cheaper the more are committed together. */
  const companies = new Set<{ since: number }>();
  let later: NodeJS.Timeout | undefined;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  function due(): void {
    if (isDue || waiting.length === 0) return;
    isDue = true;
    setImmediate(dispatch);
  }

  function dispatch(): void {
    isDue = false;
    for (const line of lines) sendAhead(line);
    const ready = waiting.filter(isReady);
    const alone = ready.filter((statement) => statement.alone).length;
    const shared = (ready.length - alone) / share();
    const isCompanyLeft = hasCompany();
    const messages = alone + (isCompanyLeft ? Math.floor(shared) : Math.ceil(shared));
    // A message that takes long holds nobody up.
    if (isCompanyLeft && ready.length > 0) later ??= setTimeout(dispatchLater, COMPANY_MS).unref();
    for (let left = messages; left > 0 && running < connections; left -= 1) {
      running += 1;
      void follow();
    }
  }

  function dispatchLater(): void {
    later = undefined;
    dispatch();
  }

  const hasCompany = (): boolean => {
    const oldest = performance.now() - COMPANY_MS;
    return [...companies].some(({ since }) => since > oldest);
  };

  const isReady = ({ tenant }: Waiting): boolean => !busy.has(tenant.dealershipId);

  /** Those of the next message. */
  function take(): Waiting[] {
    const ready = waiting.filter(isReady);
    const alone = ready.findIndex((statement) => statement.alone);
    const taken = ready.slice(0, alone < 0 ? share() : Math.max(1, Math.min(alone, share())));
    waiting = waiting.filter((statement) => !taken.includes(statement));
    if (!inOrder) return taken;
    for (const { tenant } of taken) busy.add(tenant.dealershipId);
    // Whoever locks rows of several dealerships locks them in this order.
    return taken.sort((a, b) => compare(a.tenant.dealershipId, b.tenant.dealershipId));
  }

  /** How many of those that wait one connection takes. */
  function share(): number {
    const each = Math.ceil(waiting.length / connections);
    return Math.min(MAX_TOGETHER, Math.max(few, each));
  }

  async function follow(): Promise<void> {
    const began = performance.now();
    try {
      await turns(() => lend(pool, runFor));
      due();
    } catch (error) {
      // Whoever came since may find a connection, and so may all when somebody else has one.
      if (running === 1) {
        turnAway(
          ({ since }) => since <= began,
          () => error as Error,
        );
        due();
      }
    } finally {
      running -= 1;
    }
  }

  /** Until nobody waits, or somebody else wants the connection. */
  async function runFor(client: pg.PoolClient): Promise<void> {
    const line: Line = { client, until: performance.now() + SLICE_MS, next: null };
    do {
      turnAway(isLate, lateError);
      const taken = take();
      if (taken.length === 0) return;
      if (inOrder && !taken[0]?.alone) await sendInLine(line, taken);
      else await send(client, taken);
    } while (waiting.length > 0 && mayGoOn(line));
  }

  /** Until nothing was sent behind it in time. */
  async function sendInLine(line: Line, taken: Waiting[]): Promise<void> {
    lines.add(line);
    try {
      let message: Promise<void> | null = send(line.client, taken);
      while (message) {
        await message;
        message = line.next;
        line.next = null;
        if (!message) break;
        sendAhead(line);
        due();
      }
    } finally {
      lines.delete(line);
      // Nobody else gets a connection that still has something to answer.
      await line.next?.catch(() => {});
    }
  }

  /** Has the database go on with the next message as soon as it is through with this one. */
  function sendAhead(line: Line): void {
    if (line.next || !mayGoOn(line)) return;
    const ready = waiting.filter(isReady);
    const alone = ready.findIndex((statement) => statement.alone);
    if ((alone < 0 ? ready.length : alone) < AHEAD) return;
    line.next = send(line.client, take());
    // Whoever waits for the message before it hears of it.
    line.next.catch(() => {});
  }

  const mayGoOn = ({ until }: Line): boolean =>
    pool.waitingCount === 0 && performance.now() < until;

  async function send(client: pg.PoolClient, taken: Waiting[]): Promise<void> {
    const company = { since: performance.now() };
    if (inOrder && !taken[0]?.alone) companies.add(company);
    try {
      const left = await run(client, taken);
      waiting.unshift(...(left as Waiting[]));
      if (left.length > 0) due();
    } catch (error) {
      // Whoever was to go with the next message, goes with another.
      due();
      throw error;
    } finally {
      companies.delete(company);
      for (const { tenant } of taken) busy.delete(tenant.dealershipId);
    }
  }

  const isLate = ({ since }: Waiting): boolean => performance.now() - since >= maxWaitMs;
  const lateError = () => new TurnTimeout(`Nothing could begin within ${maxWaitMs} ms`);

  function turnAway(who: (statement: Waiting) => boolean, why: () => Error): void {
    if (!waiting.some(who)) return;
    const away = waiting.filter(who);
    const error = why();
    waiting = waiting.filter((statement) => !away.includes(statement));
    for (const { reject } of away) reject(error);
  }

  /** Nobody waits without end, whatever becomes of the connections. */
  function watch(): void {
    const [first] = waiting;
    if (timer || !first) return;
    const left = first.since + maxWaitMs - performance.now();
    timer = setTimeout(() => {
      timer = undefined;
      turnAway(isLate, lateError);
      watch();
    }, left + 1).unref();
  }

  return (tenant, statement) =>
    new Promise((resolve, reject) => {
      waiting.push({ tenant, ...statement, resolve, reject, since: performance.now() });
      due();
      watch();
    });
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
