import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a server did. */
export interface Load {
  /** Answers. */
  perSecond: number;
  /** Of the server's process, in microseconds an answer. */
  cpu: number;
  /** Of what Postgres does for its database, where that is on this machine; 0 elsewhere. */
  databaseCpu: number;
}

export interface LoadedServer {
  url: string;
  pid: number;
  headers?: Record<string, string>;
  /** Bodies in JSON, asked in turns, each with a token behind a tab if it needs one. */
  lines: readonly string[];
}

export interface LoadOptions {
  connections: string;
  seconds: string;
  /** The name of the database behind it. */
  database?: string;
  /** Warms up, and looks at every answer. */
  looking?: boolean;
}

interface Asked {
  perSecond: number;
  refused: number;
}

/** Asks as fast as answers come. Throws when one is refused. */
export async function load(
  { url, pid, headers = {}, lines }: LoadedServer,
  { connections, seconds, database, looking = false }: LoadOptions,
): Promise<Load> {
  const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-load-'));
  try {
    const file = path.join(folder, 'bodies.jsonl');
    await writeFile(file, lines.join('\n'));
    const ask = !looking && (await loader()) === 'wrk' ? withWrk : withNode;
    const before = await processorTime(pid);
    const databaseBefore = await databaseTimes(database);
    const started = performance.now();
    const { perSecond, refused } = await ask(url, file, { connections, seconds, headers });
    const elapsed = (performance.now() - started) / 1_000;
    if (refused > 0) throw new Error(`${url} refused ${refused} requests`);
    const answers = perSecond * Math.min(elapsed, Number(seconds));
    let databaseTime = 0;
    for (const [process, time] of await databaseTimes(database))
      databaseTime += time - (databaseBefore.get(process) ?? 0);
    return {
      perSecond,
      cpu: ((await processorTime(pid)) - before) / answers,
      databaseCpu: databaseTime / answers,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

let found: Promise<'wrk' | 'node'> | undefined;

/**
 * What asks: `wrk` where it is installed, since what asks needs the processor
 * that the server needs, and a program in C needs less of it.
 */
export function loader(): Promise<'wrk' | 'node'> {
  // It prints its version, and ends with 1.
  found ??= run('wrk', ['-v']).then(
    () => 'wrk',
    (error: { code?: unknown }) => (error.code === 'ENOENT' ? 'node' : 'wrk'),
  );
  return found;
}

type Asking = LoadOptions & { headers: Record<string, string> };

async function withWrk(
  url: string,
  file: string,
  { connections, seconds, headers }: Asking,
): Promise<Asked> {
  const script = new URL('load.lua', import.meta.url).pathname;
  const how = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
  const { stdout } = await run('wrk', [...how, url, '--', file, ...Object.entries(headers).flat()]);
  return JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? '') as Asked;
}

async function withNode(
  url: string,
  file: string,
  { connections, seconds, headers }: Asking,
): Promise<Asked> {
  const script = new URL('load.mjs', import.meta.url).pathname;
  const how = [url, file, connections, seconds, JSON.stringify(headers)];
  return JSON.parse((await run(process.execPath, [script, ...how])).stdout) as Asked;
}

/** Of a process, in microseconds. */
async function processorTime(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Of each connection to a database, by its process. */
async function databaseTimes(database: string | undefined): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  if (database === undefined) return times;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const title = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      if (title.startsWith('postgres: ') && title.includes(` ${database} `))
        times.set(pid, await processorTime(Number(pid)));
    } catch {
      // It has ended.
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
