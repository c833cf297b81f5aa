/**
 * Looks for the document of at most 10 kB that takes the most CPU of the server:
 * made from the schema, then changed again and again, the dearest kept. On 100
 * vehicles with 100 pictures in ten sizes each. None may take more than 250 ms:
 * of the server and of Postgres each, the first time and when it is asked again.
 *
 *   DATABASE_URL=… npm run soak:query-cost [-- --short --seed 1 --out result.json]
 */
import { readFile } from 'node:fs/promises';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  isListType,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql';
import type { Pool } from 'pg';
import { schema } from '../server/schema/index.ts';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

if (!process.env.DATABASE_URL) throw new Error('Set DATABASE_URL: see the head of this file.');
const run = soakRun('query-cost');
const DOCUMENTS = run.short ? 80 : 2_000;
const MAX_BYTES = 10_000;
const MAX_MS = 250;
const KEPT = 8;
const PAGES = [1, 2, 5, 10, 12, 20, 50, 100];

/** A selection that can be changed and written again. */
interface Node {
  field: GraphQLField<unknown, unknown>;
  on: GraphQLNamedType;
  alias: boolean;
  first: number;
  /** Asked for from the end, which Postgres does not write: it is executed field by field. */
  last: boolean;
  children: Node[];
}

const pick = <T>(items: readonly T[]): T => items[run.random(items.length)] as T;

function fieldsOf(type: GraphQLNamedType): { on: GraphQLNamedType; field: Node['field'] }[] {
  if (!isCompositeType(type)) return [];
  const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
  return types.flatMap((on) =>
    Object.values(on.getFields())
      .filter(({ args }) => args.every((arg) => !isNonNullType(arg.type)))
      .map((field) => ({ on, field })),
  );
}

function grow(type: GraphQLNamedType, depth: number): Node[] {
  const all = fieldsOf(type).filter(
    ({ field }) => depth > 1 || !isCompositeType(getNamedType(field.type)),
  );
  if (all.length === 0) return [];
  return Array.from({ length: 1 + run.random(12) }, () => {
    const { on, field } = pick(all);
    const alias = run.random(4) === 0;
    return {
      field,
      on,
      alias,
      first: pick(PAGES),
      last: run.random(3) === 0,
      children: grow(getNamedType(field.type), depth - 1),
    };
  }).filter(({ field, children }) => !isCompositeType(getNamedType(field.type)) || children.length);
}

function write(nodes: readonly Node[], parent: GraphQLNamedType, names: { next: number }): string {
  const lines = nodes.map(({ field, on, alias, first, last, children }) => {
    const isPage = field.args.some(({ name }) => name === 'first');
    const isPlainList =
      isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type));
    const args = isPage && !isPlainList ? `(${last ? 'last' : 'first'}: ${first})` : '';
    // One name for each page size, so that few documents contradict themselves.
    const page = `${last ? 'last' : 'p'}${first}`;
    const name = alias ? `a${names.next++}: ` : isPage && page !== 'p20' ? `${page}: ` : '';
    const inner = children.length ? ` { ${write(children, getNamedType(field.type), names)} }` : '';
    const text = `${name}${field.name}${args}${inner}`;
    return isObjectType(parent)
      ? text
      : `... on ${on.name} { ${on.name}_${field.name}: ${field.name}${args}${inner} }`;
  });
  return lines.join(' ');
}

function change(nodes: readonly Node[]): Node[] {
  if (nodes.length === 0) return [];
  const at = run.random(nodes.length);
  return nodes.flatMap((node, index) => {
    if (index !== at) return [node];
    switch (run.random(7)) {
      case 0:
        return [{ ...node, first: pick(PAGES) }];
      case 4:
        return [{ ...node, last: !node.last }];
      case 1:
        return [node, { ...node, alias: true }];
      case 2:
        return nodes.length > 1 ? [] : [node];
      case 3:
        return [
          { ...node, children: [...node.children, ...grow(getNamedType(node.field.type), 3)] },
        ];
      default:
        return [{ ...node, children: change(node.children) }];
    }
  });
}

const server = await startServer({
  env: {
    RATE_LIMITS: 'off',
    MEDIA_CONCURRENCY: '0',
    HOUSEKEEPING_SECONDS: '3600',
    SWEEP_SECONDS: '604800',
  },
});
try {
  const { token, uuid } = await server.dealership(PUBLIC_DEALERSHIP);
  const { pool } = server.app.db;
  await pool.query(
    `insert into vehicles (id, dealership_id, stock_number, make, status, created_at, updated_at)
     select md5('v' || i)::uuid, $1, 'B-' || i, 'Aurelia', 'PUBLISHED', now() - i * interval '1 minute', now()
     from generate_series(1, 100) i`,
    [uuid],
  );
  await pool.query(
    `insert into media (id, dealership_id, vehicle_id, status, position, original_file_name, original_content_type, original_byte_size, updated_at)
     select md5('m' || i || '-' || p)::uuid, $1, md5('v' || i)::uuid, 'READY', p, 'a.jpg', 'image/jpeg', 1, now()
     from generate_series(1, 100) i, generate_series(0, 99) p`,
    [uuid],
  );
  await pool.query(
    `insert into renditions (dealership_id, media_id, format, width, height, byte_size, storage_key)
     select dealership_id, id, f, w, 480, 1, 'r/' || id || '/' || w || '.' || f
     from media, unnest(array['JPEG', 'WEBP']::"ImageFormat"[]) f, unnest(array[320, 640, 960, 1280, 1920]) w`,
  );
  for (const table of ['vehicles', 'media', 'renditions']) await pool.query(`analyze ${table}`);

  let answered = 0;
  let refused = 0;
  let invalid = 0;
  const backends = await readBackends(pool);
  async function cpuOf(query: string): Promise<number> {
    const before = process.cpuUsage();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const answer = await response.text();
    const { user, system } = process.cpuUsage(before);
    if (!answer.startsWith('{"errors"')) answered += 1;
    else if (answer.includes('asks for too much')) refused += 1;
    else invalid += 1;
    return (user + system) / 1_000;
  }
  /** Of the server or the database, whichever is more. */
  async function mostOf(query: string): Promise<number> {
    const before = await backends.cpuMs();
    const server = await cpuOf(query);
    return Math.max(server, (await backends.cpuMs()) - before);
  }
  let texts = 0;
  /** The same in a text that nobody has asked before. */
  const anew = (query: string) => `${query} #${texts++}`;
  /** The least of three: what else the machine does only adds. */
  const steadyCpuOf = async (query: string) =>
    Math.min(await mostOf(anew(query)), await mostOf(anew(query)), await mostOf(anew(query)));
  /** Once the document is known: the least of three again. */
  async function cpuAgainOf(query: string): Promise<number> {
    await cpuOf(query);
    return Math.min(await mostOf(query), await mostOf(query), await mostOf(query));
  }

  const root = schema.getQueryType() as GraphQLNamedType;
  const textOf = (nodes: readonly Node[]) => `{ ${write(nodes, root, { next: 0 })} }`;
  // What people ask for, and what the price is meant to stop.
  const forwards = [
    '{ vehicles(first: 20) { nodes { id title media(first: 100) { nodes { id alt preview { url } } } } } }',
    '{ vehicles(first: 5) { nodes { media(first: 100) { nodes { ... on ImageMedia { renditions { url width height format byteSize } } } } } } }',
    '{ vehicles(first: 100) { nodes { media(first: 100) { nodes { id } } } } }',
    `{ vehicles(first: 1) { nodes { ${'id '.repeat(1_900)} } } }`,
    `{ vehicles(first: 1) { nodes { ${'media { totalCount } '.repeat(470)} } } }`,
    `{ vehicles(first: 100) { nodes { ${Array.from({ length: 49 }, (_, index) => `a${index}: slug`).join(' ')} } } }`,
    `{ vehicles(first: 30) { nodes { a: media(first: 1) { totalCount } b: media(first: 2) { totalCount } } } }`,
    `{ ${Array.from({ length: 10 }, (_, index) => `a${index}: vehicles(first: 100) { nodes { title } }`).join(' ')} }`,
  ];
  const given = [
    ...forwards,
    ...forwards.map((query) => query.replace('media(first:', 'media(last:')),
    ...forwards.map((query) => query.replace('vehicles(first:', 'vehicles(last:')),
  ];
  // The first requests of a process compile what they run.
  for (const query of [...given, ...given]) await cpuOf(anew(query));
  const found: { query: string; cpuMs: number; againMs: number; nodes: Node[] }[] = [];
  const keep = async (query: string, cpuMs: number, nodes: Node[]) =>
    found.push({ query, cpuMs, againMs: await cpuAgainOf(query), nodes });
  for (const query of given) await keep(query, await steadyCpuOf(query), []);

  const dearest = () => found.toSorted((a, b) => b.cpuMs - a.cpuMs);
  for (let tried = 0; tried < DOCUMENTS && !run.isTimeUp(); tried += 1) {
    const parents = dearest()
      .filter(({ nodes }) => nodes.length > 0)
      .slice(0, KEPT);
    const nodes =
      parents.length < KEPT || run.random(4) === 0 ? grow(root, 7) : change(pick(parents).nodes);
    const query = textOf(nodes);
    if (query.length > MAX_BYTES || nodes.length === 0) continue;
    const once = await cpuOf(query);
    const least = dearest()[KEPT]?.cpuMs ?? 0;
    if (once > least) await keep(query, Math.min(once, await steadyCpuOf(query)), nodes);
  }

  const [most] = dearest();
  const [mostAgain] = found.toSorted((a, b) => b.againMs - a.againMs);
  await run.report(
    {
      documents: { answered, refused, invalid },
      dearest: dearest()
        .slice(0, 3)
        .map(({ query, cpuMs, againMs }) => ({
          cpuMs: Math.round(cpuMs),
          againMs: Math.round(againMs),
          query: query.slice(0, 500),
        })),
      dearestAgain: mostAgain && {
        againMs: Math.round(mostAgain.againMs),
        query: mostAgain.query.slice(0, 500),
      },
      allowedMs: MAX_MS,
    },
    answered > 0 &&
      (most?.cpuMs ?? Infinity) <= MAX_MS &&
      (mostAgain?.againMs ?? Infinity) <= MAX_MS,
  );
} finally {
  await server.stop();
}

/** The processes of the database that serve this one, on the same machine. */
async function readBackends(pool: Pool): Promise<{ cpuMs(): Promise<number> }> {
  return {
    async cpuMs() {
      const { rows } = await pool.query<{ pid: number }>(
        'select pid from pg_stat_activity where datname = current_database()',
      );
      const all = await Promise.all(
        rows.map(async ({ pid }) => {
          const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
          const fields = stat.split(') ')[1]?.split(' ') ?? [];
          return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
        }),
      );
      return all.reduce((sum, each) => sum + each, 0);
    },
  };
}
