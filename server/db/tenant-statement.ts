import pg from 'pg';
import { serialize } from 'pg-protocol';
import { PATIENTLY, STEP_BEHIND, type OWNER, type Tenant } from './tenant-query.ts';

export type TextRow = (string | null)[];

/** A statement that somebody waits for. */
export interface TenantStatement {
  readonly tenant: Tenant | typeof OWNER;
  /** Under which it is prepared; '' leaves it unprepared. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** It was refused among others, or had to wait for a lock: it goes by itself. */
  readonly alone?: boolean;
  resolve(rows: TextRow[]): void;
  reject(error: Error): void;
}

/** What node-postgres' connection has beyond its types. */
export interface Connection extends pg.Connection {
  parsedStatements: Record<string, string | undefined>;
}

const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } })
  .utils;
const EXECUTE = serialize.execute();
export const SYNC = serialize.sync();

/**
 * Steps behind the wall of a tenant until the transaction ends, and what that
 * answers is one more result.
 *
 * @param locks how long it may wait for each, as Postgres says it.
 */
export function stepBehind(
  { role, dealershipId }: TenantStatement['tenant'],
  locks = PATIENTLY,
): Buffer[] {
  const values = [role, dealershipId, locks];
  return [serialize.bind({ statement: STEP_BEHIND.name, values }), EXECUTE];
}

/** Has Postgres execute it; its columns are not described, all of them come as texts. Throws for values that cannot be sent. */
export function execution({ name, values }: TenantStatement): Buffer[] {
  const bound = { statement: name, values: values as string[], valueMapper: prepareValue };
  return [serialize.bind(bound), EXECUTE];
}

export function preparation({ name, text }: TenantStatement): Buffer {
  return serialize.parse({ name, text, types: [] });
}
