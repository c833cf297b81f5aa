/**
 * Runs the authorization matrix and the scenes in a server whose code was
 * changed on the way; prints what came of it as JSON. Started by tenant-walls.ts.
 */
import { schema } from '../server/schema/index.ts';
import { rootFields, runMatrix } from '../test/authorization/matrix.ts';
import { createWorld, QUIET, type World } from '../test/authorization/world.ts';
import { startServer } from '../test/server.ts';
import { recordStatements } from '../test/statements.ts';
import { lookAtCatalog, type CatalogLook } from './tenant-catalog.ts';
import { MARK, NOTE } from './tenant-checks.ts';
import { SCENES } from './tenant-scenes.ts';

export type Question =
  /** Which parts ask which check. */
  | { ask: 'coverage' }
  | { ask: 'catalog' }
  /** What these parts find, up to the first that finds something; without row-level security at most `openParts` of them. */
  | { ask: 'findings'; parts: readonly string[]; openParts: number };

/** By the id of a check: the parts that ask it, each with the roles that its statements ran as. */
export type Coverage = Record<string, Record<string, string[]>>;

export interface Probe {
  cells: number;
  /** What was found with the second wall up, and with it down. */
  walled: string[];
  open: string[];
  /** What found it. */
  by?: string | undefined;
  /** Statements that lacked the check, by the role that ran them. */
  roles: Record<string, number>;
}

export type Answers = { coverage: Coverage; catalog: CatalogLook; findings: Probe };

const ACTORS = ['anonymous', 'upload token', 'owner'] as const;
/** Says more than its row: the part that asks what a session is. */
const CLAIMS = 'a token that says elsewhere';
const EXCEPT = ['logOut'];

const ALL_PARTS = [
  CLAIMS,
  ...Object.keys(SCENES),
  ...rootFields(schema)
    .map(({ field }) => field.name)
    .filter((name) => !EXCEPT.includes(name)),
];

async function runPart(world: World, part: string): Promise<{ cells: number; findings: string[] }> {
  const scene = (SCENES as Record<string, (world: World) => Promise<string[]>>)[part];
  if (scene) return { cells: 1, findings: await scene(world) };
  if (part === CLAIMS) {
    const actors = ['session that says elsewhere'] as const;
    return runMatrix(world, { schema, actors, only: ['viewer', 'vehicle', 'updateMedia'] });
  }
  return runMatrix(world, { schema, actors: ACTORS, only: [part] });
}

/** Up to the first part that finds something. */
async function run(world: World, parts: readonly string[]) {
  let cells = 0;
  for (const part of parts) {
    // Without a check a scene may also break off.
    const found = await runPart(world, part).catch((error: unknown) => ({
      cells: 1,
      findings: [`${part} broke off: ${String(error)}`],
    }));
    cells += found.cells;
    if (found.findings.length > 0) return { cells, findings: found.findings, by: part };
  }
  return { cells, findings: [], by: undefined };
}

async function cover(world: World): Promise<Coverage> {
  const coverage: Coverage = {};
  let asking = '';
  const note = (id: string, role?: string) => {
    const parts = (coverage[id] ??= {});
    const roles = (parts[asking] ??= []);
    if (role !== undefined && !roles.includes(role)) roles.push(role);
  };
  Object.assign(globalThis, { noteCheck: note });
  for (asking of ALL_PARTS) {
    const statements = await recordStatements(async () => {
      const { findings } = await runPart(world, asking);
      if (findings.length > 0) throw new Error(`With every check in place: ${findings[0]}`);
    });
    for (const { text, values, role } of statements) {
      const said = [text, ...values.filter((value) => typeof value === 'string')].join(' ');
      for (const [id] of said.matchAll(NOTE)) note(id, role);
    }
  }
  return coverage;
}

async function find(world: World, parts: readonly string[], openParts: number): Promise<Probe> {
  const { pool } = world.server.app.db;
  let walled: Awaited<ReturnType<typeof run>> = { cells: 0, findings: [], by: undefined };
  const statements = await recordStatements(async () => {
    walled = await run(world, parts);
  });
  const roles: Record<string, number> = {};
  for (const { text, values, role } of statements) {
    if (!text.includes(MARK) && !values.includes(MARK)) continue;
    roles[role] = (roles[role] ?? 0) + 1;
  }
  const { cells, findings, by } = walled;
  if (findings.length > 0) return { cells, walled: findings, open: [], by, roles };
  const { rows } = await pool.query<{ name: string }>(
    `select relname "name" from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of rows) {
    await pool.query(`alter table "${name}" disable row level security`);
  }
  const open = await run(world, parts.slice(0, openParts));
  return { cells, walled: [], open: open.findings, by: open.by, roles };
}

const server = await startServer({ env: QUIET });
try {
  const question = JSON.parse(process.env.QUESTION ?? '') as Question;
  const answer = async () => {
    if (question.ask === 'catalog') return lookAtCatalog(server.app.db.pool);
    const world = await createWorld(server);
    return question.ask === 'coverage'
      ? cover(world)
      : find(world, question.parts, question.openParts);
  };
  process.stdout.write(`\n${JSON.stringify(await answer())}\n`);
} finally {
  await server.stop();
}
