/**
 * Takes each check of the tenant out of the server's code, one at a time, and
 * asks the authorization matrix: is it seen, or does row-level security hold?
 *
 *   npm run soak:tenant-walls               all of them
 *   npm run soak:tenant-walls -- --short    every twelfth, from one that --seed chooses
 *   npm run soak:tenant-walls -- result.json
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findTenantChecks, type TenantCheck } from './tenant-checks.ts';
import type { Coverage, Probe } from './tenant-walls-probe.ts';

const AT_ONCE = 2;
/** Beside the fields: what the streams tell who catches up. */
const REPLAY = 'replay';
const SHORT_STEP = 12;
const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Outside of the second wall: what finds out who asks, and what the worker, the feed and
 * housekeeping do with ids that they have from the database itself.
 */
const OUTSIDE = [
  'server/accounts/',
  'server/events/outbox.ts',
  'server/objects/purge-media.ts',
  'server/processing/media-status.ts',
];
/** Of statements whose values are numbered nothing can tell which request asks them. */
const STREAMS = ['vehicleMediaChanged', 'dealershipMediaChanged', REPLAY];

type Verdict =
  /** Row-level security stands in the way: with it off, the matrix sees the hole. */
  | 'row-level security'
  /** The statement runs as a role that row-level security holds back; another check is in the way, too. */
  | 'behind it'
  /** The matrix sees it. */
  | 'matrix'
  /** See {@link OUTSIDE}; the matrix sees nothing, since another check is in the way. */
  | 'outside'
  | 'NOT CAUGHT';

interface Result {
  place: string;
  check: string;
  /** Of the matrix: those of the fields that ask the check. */
  cells: number;
  walled: number;
  open: number;
  roles: Record<string, number>;
  verdict: Verdict;
  /** The first that was seen. */
  seen?: string | undefined;
}

function judge({ file, kind }: TenantCheck, { walled, open, roles }: Probe): Verdict {
  if (walled.length > 0) return 'matrix';
  if (open.length > 0) return 'row-level security';
  const ran = Object.keys(roles);
  if (kind !== 'comparison' && ran.length > 0 && !ran.includes('owner')) return 'behind it';
  return OUTSIDE.some((path) => file.startsWith(path)) ? 'outside' : 'NOT CAUGHT';
}

interface Change {
  check: TenantCheck;
  text: string;
}

async function ask<T>(changes: readonly Change[], ask: string): Promise<T> {
  const edits = changes.map(({ check: { file, start, end }, text }) => {
    return { url: pathToFileURL(ROOT + file).href, start, end, text };
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', './soak/remove-check.mjs', '--import', 'tsx', 'soak/tenant-walls-probe.ts'],
    {
      cwd: ROOT,
      env: { ...process.env, CHANGED_CHECKS: JSON.stringify(edits), ASK: ask },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

const args = process.argv.slice(2);
const short = args.includes('--short');
const seed = args.includes('--seed') ? Number(args[args.indexOf('--seed') + 1]) : 0;
const output = args.find((arg) => arg.endsWith('.json'));
const all = findTenantChecks();
const chosen = short ? all.filter((_, index) => (index + seed) % SHORT_STEP === 0) : all;

const whole = await ask<Probe>([], '');
if (whole.walled.length > 0 || whole.open.length > 0) {
  throw new Error(
    `With every check in place the matrix finds ${[...whole.walled, ...whole.open][0]}`,
  );
}
const coverage = await ask<Coverage>(
  all.flatMap((check) => (check.noted === null ? [] : { check, text: check.noted })),
  'coverage',
);
console.log(`${all.length} checks; ${chosen.length} are removed, one at a time`);

const results: Result[] = [];
const left = [...chosen];
async function work(): Promise<void> {
  for (let check = left.shift(); check; check = left.shift()) {
    const fields = check.noted ? (coverage[`${check.file}:${check.start}`] ?? []) : STREAMS;
    const found =
      fields.length > 0
        ? await ask<Probe>([{ check, text: check.removed }], fields.join())
        : { cells: 0, walled: [], open: [], roles: {} };
    const verdict = judge(check, found);
    const place = `${check.file}:${check.line}`;
    const { cells, walled, open, roles } = found;
    results.push({
      place,
      check: check.text,
      cells,
      walled: walled.length,
      open: open.length,
      roles,
      verdict,
      seen: (walled[0] ?? open[0])?.slice(0, 300),
    });
    console.log(
      `${verdict.padEnd(20)} ${place.padEnd(44)} seen ${String(walled.length).padStart(3)} walled, ` +
        `${String(open.length).padStart(3)} open of ${String(cells).padStart(3)}  ${check.text.replaceAll(/\s+/g, ' ').slice(0, 60)}`,
    );
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));

const verdicts: Partial<Record<Verdict, number>> = {};
for (const { verdict } of results) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
const summary = {
  engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
  checks: all.length,
  removed: results.length,
  cells: whole.cells,
  verdicts,
};
console.log(JSON.stringify(summary, null, 2));
results.sort((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }));
if (output) await writeFile(output, `${JSON.stringify({ ...summary, results }, null, 2)}\n`);
if (verdicts['NOT CAUGHT']) process.exitCode = 1;
