import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of its own, which keeps nothing. */
export interface RedisServer {
  /** The same after each start. */
  readonly url: string;
  /** Ends it with SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after it was killed. */
  start(): Promise<void>;
  /** Takes connections and says nothing, until it goes on. */
  hang(): void;
  goOn(): void;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'forecourt-redis-'));
  const port = await freePort();

  async function run(): Promise<ChildProcess> {
    const redis = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    await new Promise<void>((resolve, reject) => {
      redis.stdout.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes('Ready to accept connections')) resolve();
      });
      redis.once('error', reject).once('exit', () => reject(new Error(`Redis ended: ${said}`)));
    });
    return redis;
  }

  let redis = await run();
  async function kill(): Promise<void> {
    if (redis.exitCode !== null || redis.signalCode !== null) return;
    const exit = once(redis, 'exit');
    redis.kill('SIGKILL');
    await exit;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async start() {
      redis = await run();
    },
    hang: () => void redis.kill('SIGSTOP'),
    goOn: () => void redis.kill('SIGCONT'),
    async stop() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}
