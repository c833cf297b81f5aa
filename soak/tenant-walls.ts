/**
 * Takes each check of the tenant out of the server's code, one at a time, and
 * asks the authorization matrix: is it seen, or does row-level security hold?
 *
 *   npm run soak:tenant-walls [-- --short --seed 1 --out result.json]
 *
 * The short form looks as whom the statements of every check run, and then removes as many checks as go
 * into 15 seconds, in an order that the seed decides.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { soakRun } from './soak-run.ts';
import { findTenantChecks, type TenantCheck } from './tenant-checks.ts';
import type { Answers, Probe, Question } from './tenant-walls-probe.ts';

const AT_ONCE = 2;
const SHORT_MS = 15_000;
/** Of those that ask a check: as whom its statements run is known of all. */
const MAX_PARTS = 3;
/** Without row-level security: to show what it holds back, not to find all of it. */
const OPEN_PARTS = 2;
const ROOT = fileURLToPath(new URL('../', import.meta.url));

type Verdict =
  /** Seen by the matrix or a scene, with row-level security as it is. */
  | 'matrix'
  /** Every statement that lacked it ran as a role that row-level security holds back. */
  | 'row-level security'
  | 'NOT CAUGHT';

interface Result {
  place: string;
  check: string;
  verdict: Verdict;
  /** Of the matrix, asked with row-level security. */
  cells: number;
  /** Whether it is seen without row-level security. */
  seenOpen: boolean;
  /** As whom its statements ran when it was in place, wherever they are asked. */
  roles: string[];
  /** What reaches it, three at most; what saw it comes first. */
  parts: string[];
  /** The first that was seen. */
  seen?: string | undefined;
}

function judge({ kind }: TenantCheck, { walled, open, roles }: Probe, reach: Reach): Verdict {
  if (walled.length > 0) return 'matrix';
  const ran = Object.keys(roles);
  if (ran.includes('owner') || reach.roles.includes('owner')) return 'NOT CAUGHT';
  const held = open.length > 0 || (kind !== 'comparison' && ran.length > 0);
  return held ? 'row-level security' : 'NOT CAUGHT';
}

interface Change {
  check: TenantCheck;
  text: string;
}

async function ask<Q extends Question>(
  changes: readonly Change[],
  question: Q,
): Promise<Answers[Q['ask']]> {
  const edits = changes.map(({ check: { file, start, end }, text }) => {
    return { url: pathToFileURL(ROOT + file).href, start, end, text };
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', './soak/remove-check.mjs', '--import', 'tsx', 'soak/tenant-walls-probe.ts'],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        CHANGED_CHECKS: JSON.stringify(edits),
        QUESTION: JSON.stringify(question),
      },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answers[Q['ask']];
}

const run = soakRun('tenant-walls');
if (!process.env.DATABASE_URL)
  throw new Error('Say DATABASE_URL: row-level security is told apart by role on a server');
const all = findTenantChecks();
const [catalog, coverage] = await Promise.all([
  ask([], { ask: 'catalog' }),
  ask(
    all.map((check) => ({ check, text: check.noted })),
    { ask: 'coverage' },
  ),
]);
for (const gap of catalog.gaps) console.log(`GAP ${gap}`);

interface Reach {
  parts: string[];
  /** As whom its statements ran in any of them. */
  roles: string[];
}

function reachOf(check: TenantCheck): Reach {
  const found = Object.entries(coverage[check.id] ?? {});
  // Where the owner of the tables asks, nothing but the matrix helps.
  const byOwner = ([, roles]: [string, string[]]) => roles.includes('owner');
  const parts = [...found.filter(byOwner), ...found.filter((one) => !byOwner(one))];
  return {
    parts: parts.map(([part]) => part).slice(0, MAX_PARTS),
    roles: [...new Set(found.flatMap(([, roles]) => roles))].sort(),
  };
}

/** Nothing is started for what nothing reaches. */
const unreached = all.filter((check) => reachOf(check).parts.length === 0);
const left = all.filter((check) => !unreached.includes(check));
if (run.short) {
  for (let index = left.length - 1; index > 0; index--) {
    const other = run.random(index + 1);
    [left[index], left[other]] = [left[other] as TenantCheck, left[index] as TenantCheck];
  }
}
const results: Result[] = [];
const started = performance.now();
async function work(): Promise<void> {
  for (let check = left.shift(); check; check = left.shift()) {
    if (run.isTimeUp() || (run.short && performance.now() - started > SHORT_MS)) return;
    const reach = reachOf(check);
    const { cells, walled, open, by, roles } = await ask([{ check, text: check.removed }], {
      ask: 'findings',
      parts: reach.parts,
      openParts: OPEN_PARTS,
    });
    const verdict = judge(check, { cells, walled, open, roles }, reach);
    const place = `${check.file}:${check.line}`;
    const others = reach.parts.filter((part) => part !== by);
    results.push({
      place,
      check: check.text,
      verdict,
      cells,
      seenOpen: open.length > 0,
      roles: reach.roles,
      parts: by === undefined ? others : [by, ...others],
      seen: (walled[0] ?? open[0])?.slice(0, 300),
    });
    console.log(
      `${verdict.padEnd(18)} ${open.length > 0 ? 'seen without it ' : '                '}${place.padEnd(42)} ` +
        `${check.text.replaceAll(/\s+/g, ' ').slice(0, 60)}`,
    );
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

const verdicts: Record<Verdict, number> = { matrix: 0, 'row-level security': 0, 'NOT CAUGHT': 0 };
for (const { verdict } of results) verdicts[verdict] += 1;
results.sort((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }));
await run.report(
  {
    engine: 'postgres',
    checks: all.length,
    unreached: unreached.map(({ file, line }) => `${file}:${line}`),
    askedByOwner: all.filter((check) => reachOf(check).roles.includes('owner')).length,
    removed: results.length,
    verdicts,
    seenWithoutRowLevelSecurity: results.filter(({ seenOpen }) => seenOpen).length,
    seconds: Math.round((performance.now() - started) / 1_000),
    catalog,
    results: run.short ? results.filter(({ verdict }) => verdict === 'NOT CAUGHT') : results,
  },
  unreached.length === 0 &&
    verdicts['NOT CAUGHT'] === 0 &&
    catalog.gaps.length === 0 &&
    results.length > 0,
);
