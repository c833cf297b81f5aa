import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../server/db/database.ts';
import { freshDatabase } from '../test/database.ts';
import { freePort } from '../test/free-port.ts';

export interface ServerProcess {
  /** The same after each start. */
  readonly url: string;
  readonly dataDir: string;
  /** For whoever reads the tables; the embedded database has one process at a time. */
  readonly database: DatabaseConfig;
  readonly pid: number;
  /** Resident memory, in bytes. */
  rss(): Promise<number>;
  /** Ends it with SIGKILL; resolves when it is gone, also when it was before. */
  kill(): Promise<void>;
  /** Ends it as a supervisor does; resolves to its exit code, null when a signal ended it. */
  terminate(): Promise<number | null>;
  /** Resolves when the process has gone by itself. */
  ended(): Promise<void>;
  /** Starts it again on the same data, with `env` beside what it was started with. */
  start(env?: Record<string, string>): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

/**
 * The server as `npm run serve` runs it: a process of its own, with the demo's data.
 *
 * @param first whose data it shares, on Postgres; it is the last to be stopped.
 */
export async function startProcess(
  env: Record<string, string> = {},
  first: ServerProcess | null = null,
): Promise<ServerProcess> {
  const dataDir = first?.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'forecourt-soak-')));
  const own = !first && process.env.DATABASE_URL ? await freshDatabase() : null;
  const database = first?.database ?? own?.config ?? { kind: 'embedded', dataDir };
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const run = (more: Record<string, string>) =>
    spawnServer({
      PORT: String(port),
      DATA_DIR: dataDir,
      ...(database.kind === 'postgres' && { DATABASE_URL: database.url }),
      ...env,
      ...more,
    });
  let child = await run({});
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  return {
    url,
    dataDir,
    database,
    get pid() {
      return child.pid as number;
    },
    async rss() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
    },
    kill: () => end('SIGKILL'),
    async terminate() {
      await end('SIGTERM');
      return child.exitCode;
    },
    async ended() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    async start(more = {}) {
      child = await run(more);
    },
    async stop() {
      await end('SIGTERM');
      if (first) return;
      await own?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resolves when the server says that it listens. */
async function spawnServer(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      '--max-old-space-size=1024',
      '--max-semi-space-size=32',
      '--import',
      './scripts/typescript.mjs',
      'server/main.ts',
    ],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'development',
        SEED_DEMO: 'true',
        RATE_LIMITS: 'off',
        ...env,
      },
    },
  );
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-10_000);
      // Without the demo there is no greeting, but a line of the log.
      if (/Showroom\s+http:|"msg":"listening"/.test(output)) resolve();
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`The server ended with ${code ?? signal}: ${output}`)),
    );
  });
  return child;
}
