import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../test/database.ts';
import { freePort } from '../../test/free-port.ts';
import { isRunning } from '../running-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Line {
  msg: string;
  pid?: number;
  role?: string;
}

let dataDir: string;
let child: ChildProcess;
let output: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-cluster-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));
afterEach(() => {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
});

function start(args: readonly string[], env: Record<string, string>): void {
  output = '';
  child = spawn('npm', ['run', '--silent', 'cluster', '--', ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'development', LOG_LEVEL: 'info', DATA_DIR: dataDir, ...env },
  });
  const read = (chunk: unknown) => (output += String(chunk));
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
}

const lines = (): Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

const started = (role: string): number[] =>
  lines()
    .filter(({ msg, ...line }) => msg === 'a process of the cluster starts' && line.role === role)
    .map(({ pid }) => pid as number);

const says = (message: string, times = 1) =>
  vi.waitFor(
    () => expect(lines().filter(({ msg }) => msg === message).length).toBeGreaterThanOrEqual(times),
    { timeout: 60_000, interval: 50 },
  );

it('refuses the embedded database, and numbers that make no cluster', async () => {
  for (const [args, env, reason] of [
    [[], { DATABASE_URL: '' }, 'A cluster needs PostgreSQL'],
    [['--servers', '0'], { DATABASE_URL: 'postgres://nowhere' }, '--servers is'],
  ] as const) {
    start(args, env);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output).toContain(reason);
    expect(started('server')).toEqual([]);
  }
});

it('ends with 1 when its first server cannot start', async () => {
  start(['--servers', '2'], { DATABASE_URL: `postgres://127.0.0.1:${await freePort()}/nothing` });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(output).toContain('cannot use the database');
  expect(started('server')).toHaveLength(1);
});

describe.runIf(process.env.DATABASE_URL)('a cluster on Postgres', { timeout: 120_000 }, () => {
  let database: FreshDatabase;
  let url: string;
  beforeAll(async () => {
    database = await freshDatabase();
    const port = await freePort();
    url = `http://localhost:${port}`;
    if (database.config.kind !== 'postgres') throw new Error('There is no Postgres.');
    start(['--servers', '2', '--workers', '1'], {
      DATABASE_URL: database.config.url,
      PORT: String(port),
    });
    await says('the cluster is ready');
  }, 120_000);
  afterAll(() => database.drop());

  it('answers on one port, starts what dies anew, and ends all when it is told to', async () => {
    const servers = started('server');
    const workers = started('worker');
    expect([servers.length, workers.length]).toEqual([2, 1]);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    process.kill(servers[0] as number, 'SIGKILL');
    process.kill(workers[0] as number, 'SIGKILL');
    await says('a process of the cluster starts', 5);
    expect([started('server').length, started('worker').length]).toEqual([3, 2]);
    await says('listening', 3);
    await says('taking media to prepare', 2);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect([...started('server'), ...started('worker')].filter(isRunning)).toEqual([]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
