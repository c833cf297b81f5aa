import type { Pool } from 'pg';
import { PATIENTLY, STEP_BEHIND, type Tenant } from '../../server/db/tenant-query.ts';
import type { Recorded } from './recorded-statements.ts';

/** How Postgres answers a statement. */
export interface Plan {
  /** Of each table and index that is read, how. */
  scans: string[];
  /** Pages of 8 kB that were looked at. */
  blocks: number;
  milliseconds: number;
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}

interface Explained {
  Plan: Node;
  'Execution Time': number;
}

/** Runs it once more as the tenant, to be told. */
export async function explain(pool: Pool, tenant: Tenant, statement: Recorded): Promise<Plan> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(STEP_BEHIND.text, [tenant.role, tenant.dealershipId, PATIENTLY]);
    const { rows } = await client.query<{ 'QUERY PLAN': [Explained] }>(
      `explain (analyze, buffers, format json) ${statement.text}`,
      [...statement.values],
    );
    await client.query('rollback');
    const [explained] = (rows[0] as (typeof rows)[number])['QUERY PLAN'];
    const { Plan: plan, 'Execution Time': milliseconds } = explained;
    return {
      scans: [...new Set(scansOf(plan))].sort(),
      blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      milliseconds,
    };
  } finally {
    client.release();
  }
}

function scansOf(node: Node): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index } = node;
  const own = table || index ? [`${type} ${index ?? table}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)];
}
