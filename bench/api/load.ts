import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a server did. */
export interface Load {
  /** Answers. */
  perSecond: number;
  /** Of the server's process, in microseconds an answer. */
  cpu: number;
}

export interface LoadedServer {
  url: string;
  pid: number;
  headers?: Record<string, string>;
  /** Bodies in JSON, asked in turns, each with a token behind a tab if it needs one. */
  lines: readonly string[];
}

/** Asks as fast as answers come. Throws when one is refused. */
export async function load(
  { url, pid, headers = {}, lines }: LoadedServer,
  { connections, seconds }: { connections: string; seconds: string },
): Promise<Load> {
  const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-load-'));
  try {
    const file = path.join(folder, 'bodies.jsonl');
    await writeFile(file, lines.join('\n'));
    const before = await processorTime(pid);
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [
      new URL('load.mjs', import.meta.url).pathname,
      url,
      file,
      connections,
      seconds,
      JSON.stringify(headers),
    ]);
    const elapsed = (performance.now() - started) / 1_000;
    const { perSecond, refused } = JSON.parse(stdout) as { perSecond: number; refused: number };
    if (refused > 0) throw new Error(`${url} refused ${refused} requests`);
    const answers = perSecond * Math.min(elapsed, Number(seconds));
    return { perSecond, cpu: ((await processorTime(pid)) - before) / answers };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a process, in microseconds. */
async function processorTime(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}
