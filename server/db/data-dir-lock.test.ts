import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDataDir } from './data-dir-lock.ts';

const script = `
  import { lockDataDir } from ${JSON.stringify(new URL('./data-dir-lock.ts', import.meta.url).href)};
  process.stdin.once('data', async () => {
    try {
      await lockDataDir(process.argv[1]);
      process.stdout.write('locked');
    } catch (error) {
      process.stdout.write(error.code);
    }
    setInterval(() => {}, 1000);
  });
  process.stdout.write('ready');
`;

const elsewhere = { token: 'far', pid: 1, startedAt: '1', host: 'elsewhere.invalid' };

describe('lockDataDir', () => {
  let dataDir: string;
  let path: string;
  let children: ChildProcess[];

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'lock-'));
    path = join(dataDir, 'lock');
    children = [];
  });

  afterEach(async () => {
    await Promise.all(children.map(kill));
    await rm(dataDir, { recursive: true });
  });

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** @returns a process that is ready, and a function that makes it try. */
  async function startProcess() {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script, path];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const read = async () => String((await once(child.stdout, 'data'))[0]);
    expect(await read()).toBe('ready');
    const lock = () => {
      const answer = read();
      child.stdin.write('go');
      return answer;
    };
    return { child, lock };
  }

  test('names itself in the file and removes it on release', async () => {
    const lock = await lockDataDir(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('creates the data directory', async () => {
    const lock = await lockDataDir(join(dataDir, 'new', 'lock'));
    await lock.release();
  });

  test('refuses a second holder in the same process, until the first releases', async () => {
    const lock = await lockDataDir(path);
    await expect(lockDataDir(path)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    await lock.release();
    await (await lockDataDir(path)).release();
  });

  test('refuses while another process holds it, says which and what to do', async () => {
    const { child, lock } = await startProcess();
    expect(await lock()).toBe('locked');
    await expect(lockDataDir(path)).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringMatching(
        new RegExp(`in use by process ${child.pid}.*DATA_DIR.*DATABASE_URL`),
      ),
    });
  });

  test('takes over from a process that was killed', async () => {
    const { child, lock } = await startProcess();
    expect(await lock()).toBe('locked');
    await kill(child);
    await (await lockDataDir(path)).release();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'takes over when another program has the number of the dead holder',
    async () => {
      const { child, lock } = await startProcess();
      expect(await lock()).toBe('locked');
      const holder = JSON.parse(await readFile(path, 'utf8'));
      await kill(child);
      await writeFile(path, JSON.stringify({ ...holder, pid: process.ppid }));
      await (await lockDataDir(path)).release();
    },
  );

  test('takes over from a dead holder that had the same number, as in a restarted container', async () => {
    const lock = await lockDataDir(path);
    const holder = JSON.parse(await readFile(path, 'utf8'));
    await lock.release();
    await writeFile(path, JSON.stringify({ ...holder, token: 'before' }));
    await (await lockDataDir(path)).release();
  });

  test('takes over from another machine that has gone silent', async () => {
    await writeFile(path, JSON.stringify(elsewhere));
    await (await lockDataDir(path)).release();
  });

  test('refuses while another machine renews its lock', async () => {
    await writeFile(path, JSON.stringify(elsewhere));
    const renewal = setInterval(() => void utimes(path, new Date(), new Date()), 200);
    try {
      await expect(lockDataDir(path)).rejects.toMatchObject({
        code: 'DATA_DIR_IN_USE',
        message: expect.stringContaining('process 1 on elsewhere.invalid'),
      });
    } finally {
      clearInterval(renewal);
    }
  });

  test('takes over a file that says nothing', async () => {
    await writeFile(path, '');
    await (await lockDataDir(path)).release();
  });

  test('lets one of many have what a killed process left behind', async () => {
    const first = await startProcess();
    expect(await first.lock()).toBe('locked');
    const others = await Promise.all(Array.from({ length: 6 }, startProcess));
    await kill(first.child);
    const answers = await Promise.all(others.map(({ lock }) => lock()));
    expect(answers.sort()).toEqual([...Array(5).fill('DATA_DIR_IN_USE'), 'locked']);
  });
});
