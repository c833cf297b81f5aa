import pg from 'pg';
import { TenantBatch } from '../server/db/tenant-batch.ts';

export interface Statement {
  text: string;
  values: unknown[];
  /** As whom it ran: one of the roles of row-level security, or the owner of the tables. */
  role: string;
}

const BEGIN_AS = /^BEGIN; SET LOCAL ROLE (\w+)/;
const OWNER = 'owner';
const roleOf = ({ role }: { role: string }): string => (role === 'none' ? OWNER : role);

/** What this process asks its databases while `work` runs, the server's own work included. */
export async function recordStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  /** Of transactions that are open. */
  const roles = new WeakMap<pg.Connection, string>();
  const query = pg.Query.prototype as unknown as { submit(connection: pg.Connection): unknown };
  const { submit } = query;
  query.submit = function (
    this: { text?: string; values?: unknown[]; tenant?: { role: string } },
    connection,
  ) {
    const { text = '', values = [], tenant } = this;
    const begun = BEGIN_AS.exec(text)?.[1];
    if (begun) roles.set(connection, begun);
    const role = tenant?.role ?? roles.get(connection) ?? OWNER;
    if (/^(COMMIT|ROLLBACK)\b(?! TO)/i.test(text)) roles.delete(connection);
    seen.push({ text, values, role });
    return submit.call(this as unknown as typeof query, connection);
  };
  const batch = TenantBatch.prototype;
  const { submit: submitBatch } = batch;
  batch.submit = function (this: TenantBatch, connection) {
    for (const { text, values, tenant } of this.statements)
      seen.push({ text, values: [...values], role: roleOf(tenant) });
    return submitBatch.call(this, connection);
  };
  try {
    await work();
  } finally {
    query.submit = submit;
    batch.submit = submitBatch;
  }
  return seen;
}
