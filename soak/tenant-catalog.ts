import type { Pool, PoolClient } from 'pg';

export interface CatalogLook {
  /** Tables that row-level security is on for. */
  walledTables: number;
  policies: number;
  /** What would let one of the two roles past the second wall. */
  gaps: string[];
}

const ROLES = `('forecourt_tenant', 'forecourt_visitor')`;

/** Looks through the catalog, and makes sure that it sees a wall that is down. */
export async function lookAtCatalog(pool: Pool): Promise<CatalogLook> {
  const client = await pool.connect();
  try {
    const look = await lookThrough(client);
    await client.query('begin');
    await client.query('alter table vehicles disable row level security');
    const { gaps } = await lookThrough(client);
    await client.query('rollback');
    if (gaps.length === look.gaps.length) look.gaps.push('a wall that is down is not seen');
    return look;
  } finally {
    client.release();
  }
}

async function lookThrough(client: PoolClient): Promise<CatalogLook> {
  const texts = async (sql: string) =>
    (await client.query<{ text: string }>(sql)).rows.map(({ text }) => text);
  const gaps = [
    ...(await texts(`select c.relname || ' knows dealerships, and is not walled in' text
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'dealership_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity`)),
    ...(await texts(`select rolname || ' may use ' || c.relname || ', which is not walled in' text
      from pg_class c, pg_roles r
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relrowsecurity
        and r.rolname in ${ROLES} and has_any_column_privilege(r.oid, c.oid, 'select, insert, update, references')`)),
    ...(await texts(`select policyname || ' on ' || tablename || ' says nothing of the dealership' text
      from pg_policies
      where schemaname = 'public' and (qual is null or qual not like '%current_dealership()%'
        or coalesce(with_check, qual) not like '%current_dealership()%')`)),
    ...(await texts(`select rolname || ' is past row-level security' text from pg_roles
      where rolname in ${ROLES} and (rolsuper or rolbypassrls)`)),
    ...(await texts(`select r.rolname || ' owns ' || c.relname text from pg_class c join pg_roles r on r.oid = c.relowner
      where r.rolname in ${ROLES}`)),
    ...(await texts(`select p.proname || ' runs as its owner for whoever calls it' text from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prosecdef`)),
  ];
  const { rows } = await client.query<{ tables: number; policies: number }>(
    `select (select count(*)::int from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace) tables,
      (select count(*)::int from pg_policies where schemaname = 'public') policies`,
  );
  return { walledTables: rows[0]?.tables ?? 0, policies: rows[0]?.policies ?? 0, gaps };
}
