import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshDataDir } from '../test/database.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPESCRIPT = ['--import', 'tsx'];
const MAIN = 'server/main.ts';
/** Preloaded, it lets a test end the engine's thread from outside, as a fault in it would. */
const ENGINE_ENDS_ON_SIGUSR2 = `data:text/javascript,${encodeURIComponent(
  "process.on('worker', (worker) => process.on('SIGUSR2', () => worker.terminate()))",
)}`;

describe('the process', { timeout: 180_000 }, () => {
  let dataDir: string;
  let child: ChildProcess;
  let output: string;

  beforeAll(async () => {
    dataDir = await freshDataDir();
  });
  afterEach(() => {
    try {
      // The whole group: what should have stopped may still run.
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // Nothing is left of it.
    }
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  /** @returns where it listens, once it does. */
  async function start(command: string, args: readonly string[]): Promise<string> {
    const started = spawn(command, args, {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_ENV: 'development',
        LOG_LEVEL: 'info',
        PORT: '0',
        DATA_DIR: dataDir,
        DATABASE_URL: '',
      },
    });
    child = started;
    output = '';
    return new Promise((resolve, reject) => {
      const read = (chunk: unknown) => {
        output += String(chunk);
        const [, url] = /Showroom\s+(http:\S+)\//.exec(output) ?? [];
        if (url) resolve(url);
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.once('exit', () => reject(new Error(`It ended: ${output}`)));
    });
  }

  it('exits with 0 on SIGTERM, and leaves its data to the next', async () => {
    // Repeated at once, as npm repeats what a terminal sent to both, it is one wish.
    for (const signals of [['SIGTERM'], ['SIGINT', 'SIGTERM']] as const) {
      const url = await start(process.execPath, [...TYPESCRIPT, MAIN]);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const exit = once(child, 'exit');
      for (const signal of signals) child.kill(signal);
      expect(await exit).toEqual([0, null]);
      expect(await readdir(dataDir)).not.toContain('lock');
    }
  });

  it.runIf(process.platform !== 'win32')('ends when only its npm is told to', async () => {
    const url = await start('npm', ['start']);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    expect(await readdir(dataDir)).not.toContain('lock');
  });

  it('fails when the embedded database ends, so that it can be started again', async () => {
    await start(process.execPath, [...TYPESCRIPT, '--import', ENGINE_ENDS_ON_SIGUSR2, MAIN]);
    const exit = once(child, 'exit');
    child.kill('SIGUSR2');
    expect(await exit).toEqual([1, null]);
    expect(output).toContain('the embedded database ended');
    // At once, not when the first that waits for an answer crashes.
    expect(output).not.toContain('Node.js v');
  });
});
