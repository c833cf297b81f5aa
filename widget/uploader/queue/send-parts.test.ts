import { describe, expect, it } from 'vitest';
import type { Run, SendResult } from './run.ts';
import { sendParts } from './send-parts.ts';
import type { Address, PartsTarget, Ticket } from './upload-api.ts';
import { UploadTask } from './upload-task.ts';

const PART = 4;
/** Instead of an answer of the store: somebody else has completed the upload. */
const COMPLETED = -1;
const bytes = Uint8Array.from({ length: 10 }, (_, index) => index);

function addressOf(partNumber: number): Address {
  const url = `https://store.example/${partNumber}`;
  return { url, headers: [], expiresAt: '2100-01-01T00:00:00Z', receivedAt: Date.now() };
}

/** A store that is asked for its target anew, and answers PUTs as planned. */
function openRun(answers: number[] = [], addressesAtOnce = 3) {
  const stored = new Map<number, number[]>();
  const task = new UploadTask({
    id: 'task',
    rank: 1,
    file: new File([bytes], 'large.jpg'),
    vehicleId: 'vehicle',
    onChange: () => undefined,
  });
  const answer = (asked: readonly number[]): Ticket & { target: PartsTarget } => ({
    uploadId: 'upload',
    mediaId: 'media',
    target: {
      partSize: PART,
      partCount: 3,
      storedParts: new Set(stored.keys()),
      addresses: new Map(
        asked
          .filter((number) => !stored.has(number))
          .slice(0, addressesAtOnce)
          .map((number) => [number, addressOf(number)]),
      ),
    },
  });
  const progress: number[] = [];
  const completed = { uploadId: 'upload', mediaId: 'media', target: null };
  const steps = {
    wait: async () => undefined,
    refresh: async (_id: string, _signal: AbortSignal, asked: number[]) =>
      answers[0] === COMPLETED ? completed : answer(asked),
    async put(
      { signal }: Run,
      parcel: Parameters<Run['steps']['put']>[1],
    ): Promise<SendResult | 'stored'> {
      signal.throwIfAborted();
      const address = parcel.address();
      if (!address) return 'stored';
      const status = answers.shift() ?? 200;
      if (status === 200) {
        const body = new Uint8Array(await parcel.body.arrayBuffer());
        stored.set(Number(address.url.at(-1)), [...body]);
        parcel.onProgress(body.length);
      }
      progress.push(task.sentBytes);
      return { status };
    },
  };
  const stop = new AbortController();
  const run = { task, steps, signal: stop.signal } as unknown as Run;
  const start = (): Promise<void> => {
    task.ticket = answer([1, 2, 3]);
    return sendParts(run, (task.ticket as ReturnType<typeof answer>).target);
  };
  return { start, stored, progress, stop };
}

describe('sendParts', () => {
  it('sends every part as it is cut, and counts the bytes of all', async () => {
    const { start, stored, progress } = openRun();
    await start();
    expect([...stored]).toEqual([
      [1, [0, 1, 2, 3]],
      [2, [4, 5, 6, 7]],
      [3, [8, 9]],
    ]);
    expect(progress).toEqual([4, 8, 10]);
  });

  it('sends only what the store lacks', async () => {
    const { start, stored, progress } = openRun();
    stored.set(2, [4, 5, 6, 7]);
    await start();
    expect([...stored.keys()].sort()).toEqual([1, 2, 3]);
    expect(progress).toEqual([8, 10]);
  });

  it('asks for more addresses when there were not enough for all', async () => {
    const { start, stored } = openRun([], 1);
    await start();
    expect(stored.size).toBe(3);
  });

  it('sends a part again that was not answered, and one whose address was over', async () => {
    const { start, stored } = openRun([500, 200, 403, 0]);
    await start();
    expect(stored.size).toBe(3);
  });
  it('ends when a part finds the upload completed', async () => {
    const { start, stored } = openRun([200, 404, COMPLETED]);
    await start();
    expect([...stored.keys()]).toEqual([1]);
  });

  it('goes no further where the run is stopped, in browsers without AbortSignal.any', async () => {
    const any = AbortSignal.any;
    Object.assign(AbortSignal, { any: undefined });
    try {
      const { start, stored, stop } = openRun();
      stop.abort(new Error('Paused.'));
      await expect(start()).rejects.toThrow('Paused.');
      expect(stored.size).toBe(0);
    } finally {
      Object.assign(AbortSignal, { any });
    }
  });
});
