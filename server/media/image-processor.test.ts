import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startProcessing } from '../../test/image-processing.ts';
import type { ProcessingRig } from '../../test/image-processing.ts';
import { photo } from '../../test/pictures.ts';
import { codeRangeBytes } from './code-range.ts';

const isLinux = process.platform === 'linux';

let small: Buffer;
let large: Buffer;
const rigs: ProcessingRig[] = [];

beforeAll(async () => {
  small = (await photo({ width: 400, height: 300, seed: 11 })).bytes;
  large = (await photo({ width: 3000, height: 2000, seed: 11 })).bytes;
});
afterEach(async () => {
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});

async function start(overrides?: Parameters<typeof startProcessing>[0]): Promise<ProcessingRig> {
  const rig = await startProcessing(overrides);
  rigs.push(rig);
  return rig;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('image processes', () => {
  it('are used again', async () => {
    const rig = await start();
    for (let i = 0; i < 5; i += 1) await rig.render(small);
    expect(rig.started()).toHaveLength(1);
  });

  it('outlive a picture that is refused', async () => {
    const rig = await start();
    await expect(rig.render(small.subarray(0, 500))).rejects.toMatchObject({ code: 'UNREADABLE' });
    await rig.render(small);
    expect(rig.started()).toHaveLength(1);
  });

  it('are never more than the pictures allowed at once', async () => {
    const rig = await start({ concurrency: 2 });
    await Promise.all(Array.from({ length: 6 }, () => rig.render(small)));
    expect(rig.started()).toHaveLength(2);
  });

  it.runIf(isLinux)('see nothing of the environment of the server', async () => {
    const rig = await start();
    await rig.render(small);
    const environment = await readFile(`/proc/${rig.pids()[0]}/environ`, 'utf8');
    const names = environment.split('\0').map((entry) => entry.split('=')[0]);
    expect(names.filter((name) => name !== '').toSorted()).toEqual([
      'MALLOC_ARENA_MAX',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
      'PWD',
      'TMPDIR',
    ]);
  });

  it.runIf(isLinux)('have a limit on memory from the system', async () => {
    const rig = await start({ memoryMb: 300 });
    await rig.render(small);
    const limits = await readFile(`/proc/${rig.pids()[0]}/limits`, 'utf8');
    const bytes = Number(/Max data size +(\d+) /.exec(limits)?.[1]);
    expect(bytes - codeRangeBytes()).toBe((300 + 256) * 2 ** 20);
  });

  it('finish their picture when the terminal interrupts the server', async () => {
    const rig = await start();
    const path = await rig.write(large);
    await rig.render(small);
    const work = rig.process(path);
    await setImmediate();
    process.kill(rig.pids()[0]!, 'SIGINT');
    process.kill(rig.pids()[0]!, 'SIGTERM');
    expect((await work).width).toBe(3000);
  });

  it('give the same bytes for the same picture', async () => {
    const rig = await start({ concurrency: 2 });
    const [one, two] = await Promise.all([rig.render(small), rig.render(small)]);
    expect(one).toEqual(two);
  });
});

describe('a process that is killed', () => {
  it('fails its picture as retryable and is replaced', async () => {
    const rig = await start();
    const path = await rig.write(large);
    await rig.render(small);
    const work = rig.process(path);
    const outcome = expect(work).rejects.toMatchObject({ code: 'INTERNAL', retryable: true });
    await setImmediate();
    process.kill(rig.pids()[0]!, 'SIGKILL');
    await outcome;
    expect((await rig.render(small)).width).toBe(400);
    expect(rig.started()).toHaveLength(2);
  });

  it('is replaced without a failure when it had nothing to do', async () => {
    const rig = await start();
    await rig.render(small);
    process.kill(rig.pids()[0]!, 'SIGKILL');
    await vi.waitUntil(() => rig.pids().length === 0, { timeout: 10_000 });
    expect((await rig.render(small)).width).toBe(400);
  });
});

describe('limits', () => {
  it('a picture that takes too long fails and its process ends', async () => {
    const rig = await start({ timeoutMs: 20 });
    await expect(rig.render(large)).rejects.toMatchObject({
      code: 'PROCESSING_TIMEOUT',
      retryable: true,
    });
    expect(rig.pids()).toEqual([]);
  });

  it('waiting for a turn does not count as time', async () => {
    const rig = await start({ timeoutMs: 20_000 });
    await Promise.all([rig.render(large), rig.render(small)]);
  });

  it('a picture that needs too much memory fails and its process ends', async () => {
    const rig = await start({ memoryMb: 80 });
    await expect(rig.render(large)).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      retryable: false,
    });
    expect(rig.pids()).toEqual([]);
  });
});

describe('abort', () => {
  it('rejects with the reason and ends the process of a running picture', async () => {
    const rig = await start();
    const path = await rig.write(large);
    await rig.render(small);
    const abort = new AbortController();
    const work = rig.process(path, abort.signal);
    const [pid] = rig.pids();
    await setImmediate();
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(isAlive(pid!)).toBe(false);
    expect((await rig.render(small)).width).toBe(400);
  });

  it('takes a waiting picture out of the queue and leaves the others in it', async () => {
    const rig = await start();
    const path = await rig.write(small);
    const abort = new AbortController();
    const first = rig.process(path);
    const second = rig.process(path, abort.signal);
    const third = rig.process(path);
    abort.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await Promise.all([first, third]);
    expect(rig.started()).toHaveLength(1);
  });

  it('is heard while the picture gets its process', async () => {
    const rig = await start();
    const path = await rig.write(small);
    const abort = new AbortController();
    const work = rig.process(path, abort.signal);
    abort.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });

  it('is heard before anything starts', async () => {
    const rig = await start();
    const path = await rig.write(small);
    await expect(rig.process(path, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
    expect(rig.started()).toEqual([]);
  });
});

describe('close', () => {
  it('leaves no process behind and rejects what is unfinished', async () => {
    const rig = await start({ concurrency: 2 });
    const paths = await Promise.all([large, large, small].map((bytes) => rig.write(bytes)));
    const outcomes = Promise.allSettled(paths.map((path) => rig.process(path)));
    await setImmediate();
    expect(rig.started()).toHaveLength(2);
    rigs.splice(0);
    await rig.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'INTERNAL', retryable: true } });
    }
    expect(rig.started().filter(isAlive)).toEqual([]);
    await expect(rig.process('/nowhere')).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('a file that is not there', () => {
  it('fails as an error of the server', async () => {
    const rig = await start();
    await expect(rig.process('/nowhere/at/all')).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
