/**
 * Runs the authorization matrix in a server whose code was changed on the way;
 * prints what came of it as JSON. Started by tenant-walls.ts.
 */
import { schema } from '../server/schema/index.ts';
import { rootFields, runMatrix } from '../test/authorization/matrix.ts';
import { runReplay } from '../test/authorization/replay.ts';
import { createWorld, type World } from '../test/authorization/world.ts';
import { startServer } from '../test/server.ts';
import { recordStatements } from '../test/statements.ts';
import { MARK } from './tenant-checks.ts';

/** What it is about: what the streams tell who catches up. */
const REPLAY = 'replay';

/** Which fields ask which check, by its place. */
export type Coverage = Record<string, string[]>;

export interface Probe {
  cells: number;
  /** What the matrix found with the second wall up, and with it down. */
  walled: string[];
  open: string[];
  /** Statements that lacked the check, by the role that ran them. */
  roles: Record<string, number>;
}

const EXCEPT = ['logOut'];

async function run(world: World, only?: readonly string[]): Promise<Pick<Probe, 'cells' | 'open'>> {
  const actors = ['anonymous', 'owner'] as const;
  const { cells, findings } = await runMatrix(world, { schema, actors, only, except: EXCEPT });
  const replayed = only?.includes(REPLAY) === false ? [] : await runReplay(world);
  return { cells, open: [...replayed, ...findings] };
}

async function cover(world: World): Promise<Coverage> {
  const coverage: Record<string, Set<string>> = {};
  let asking = '';
  Object.assign(globalThis, {
    noteCheck: (place: string) => (coverage[place] ??= new Set()).add(asking),
  });
  for (asking of [...rootFields(schema).map(({ field }) => field.name), REPLAY]) {
    await run(world, [asking]);
  }
  return Object.fromEntries(Object.entries(coverage).map(([place, names]) => [place, [...names]]));
}

async function probe(world: World, only?: readonly string[]): Promise<Probe> {
  const { pool } = world.server.app.db;
  let walled = { cells: 0, open: [] as string[] };
  const statements = await recordStatements(async () => {
    walled = await run(world, only);
  });
  const roles: Record<string, number> = {};
  for (const { text, values, role } of statements) {
    if (!text.includes(MARK) && !values.includes(MARK)) continue;
    roles[role] = (roles[role] ?? 0) + 1;
  }
  const { rows } = await pool.query<{ name: string }>(
    `select relname "name" from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of rows) {
    await pool.query(`alter table "${name}" disable row level security`);
  }
  const { open } = await run(world, only);
  return { cells: walled.cells, walled: walled.open, open, roles };
}

const server = await startServer({ env: { RATE_LIMITS: 'off', MEDIA_CONCURRENCY: '0' } });
try {
  const world = await createWorld(server);
  const { ASK } = process.env;
  const result =
    ASK === 'coverage' ? await cover(world) : await probe(world, ASK ? ASK.split(',') : undefined);
  process.stdout.write(`\n${JSON.stringify(result)}\n`);
} finally {
  await server.stop();
}
