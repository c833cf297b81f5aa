import pg from 'pg';

export interface Statement {
  text: string;
  values: unknown[];
}

/** What this process asks its databases while `work` runs, the server's own work included. */
export async function recordStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  const query = pg.Query.prototype as unknown as { submit(connection: pg.Connection): unknown };
  const { submit } = query;
  query.submit = function (this: Partial<Statement>, connection) {
    seen.push({ text: this.text ?? '', values: this.values ?? [] });
    return submit.call(this as typeof query, connection);
  };
  try {
    await work();
  } finally {
    query.submit = submit;
  }
  return seen;
}
