import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { startOf } from '../running-process.ts';
import { openWorkFolder } from './work-folder.ts';

let parent: string;
let children: ChildProcess[];

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'forecourt-test-'));
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map(end));
  await rm(parent, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** A process with a folder of its own and a picture in it. */
async function worker(): Promise<{ child: ChildProcess; folder: string }> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      `import { writeFileSync } from 'node:fs';
      import { openWorkFolder } from ${JSON.stringify(new URL('./work-folder.ts', import.meta.url).href)};
      const { path } = await openWorkFolder({ warn() {} }, ${JSON.stringify(parent)});
      writeFileSync(path + '/picture', 'GPS');
      console.log(path);
      setInterval(() => {}, 60_000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { child, folder: path.basename(String(line).trim()) };
}

const open = () => openWorkFolder(createLog('silent'), parent);

describe('the folder of a worker', () => {
  it('is deleted when the worker closes', async () => {
    const folder = await open();
    await writeFile(path.join(folder.path, 'picture'), 'GPS');
    await folder.close();
    expect(await readdir(parent)).toEqual([]);
  });

  it('is deleted by the next process when its own was killed, and by none before', async () => {
    const [killed, alive] = [await worker(), await worker()];
    const own = await open();
    expect(await readdir(parent)).toHaveLength(3);
    await end(killed.child);
    const next = await open();
    expect((await readdir(parent)).sort()).toEqual(
      [alive.folder, path.basename(own.path), path.basename(next.path)].sort(),
    );
  });

  it('is deleted when another process has the number of its own', async () => {
    const name = (start: number) => `forecourt-media-${hostname()}-${process.pid}-${start}-abcdef`;
    const before = Number(startOf(process.pid) ?? 0) - 1;
    await mkdir(path.join(parent, name(before)));
    await open();
    expect(await readdir(parent)).not.toContain(name(before));
  });

  it('stays when it is another machine’s, or not a worker’s', async () => {
    const others = [
      'forecourt-media-elsewhere.example-999999999-1-abcdef',
      `forecourt-media-${hostname()}-photos`,
    ];
    for (const name of others) await mkdir(path.join(parent, name));
    await open();
    expect(await readdir(parent)).toEqual(expect.arrayContaining(others));
  });
});
