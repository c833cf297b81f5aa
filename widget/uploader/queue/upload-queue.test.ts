import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MediaItem } from '../../api/media-item.ts';
import { hashBlob } from '../hash/hash-blob.ts';
import { requestInTime } from '../request-in-time.ts';
import { DealerApi } from '../test/dealer-api.ts';
import { DealerStore, type PutPlan } from '../test/dealer-store.ts';
import { checkFile } from './check-file.ts';
import type { QueueEvent, QueueOptions } from './queue-options.ts';
import type { Send } from './run.ts';
import { UploadApi, type Request } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';
import { UploadQueue } from './upload-queue.ts';

const send: Send = (target, body, { signal, onProgress }) =>
  new Promise((resolve, reject) => {
    void body.arrayBuffer().then((bytes) => {
      if (signal.aborted) return reject(signal.reason);
      const req = httpRequest(target.url, {
        method: 'PUT',
        headers: {
          ...Object.fromEntries(target.headers.map(({ name, value }) => [name, value])),
          'content-length': bytes.byteLength,
        },
        agent: false,
      });
      const stop = (): void => {
        req.destroy();
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, { once: true });
      req.on('error', () => {
        signal.removeEventListener('abort', stop);
        resolve({ status: 0 });
      });
      req.on('response', (res) => {
        res.resume();
        signal.removeEventListener('abort', stop);
        const retryAfter = res.headers['retry-after'];
        resolve({
          status: res.statusCode ?? 0,
          retryAfterMs: retryAfter === undefined ? undefined : Number(retryAfter) * 1_000,
        });
      });
      req.write(new Uint8Array(bytes, 0, Math.floor(bytes.byteLength / 2)), () =>
        onProgress(Math.floor(bytes.byteLength / 2)),
      );
      req.end(new Uint8Array(bytes, Math.floor(bytes.byteLength / 2)), () =>
        onProgress(bytes.byteLength),
      );
    });
  });

/** Bytes that start as a JPEG does and differ from every other file's. */
function photo(name: string, byteSize = 2_000): File {
  const bytes = new Uint8Array(Math.max(byteSize, 64));
  bytes.set([0xff, 0xd8, 0xff]);
  bytes.set(createHash('sha256').update(name).digest(), 3);
  return new File([bytes], name, { type: 'image/jpeg' });
}

let store: DealerStore;
let api: DealerApi;

beforeEach(async () => {
  store = new DealerStore();
  await store.listen();
  api = new DealerApi(store);
});

afterEach(() => store.close());

function openQueue(options: Partial<QueueOptions> = {}): {
  queue: UploadQueue;
  events: QueueEvent[];
  settled: () => Promise<void>;
} {
  const events: QueueEvent[] = [];
  let wake: () => void = () => undefined;
  const queue = new UploadQueue({
    api: new UploadApi(async (document, variables) => {
      const data = api.execute(document, variables as never);
      return structuredClone(data) as never;
    }),
    send,
    vehicleId: () => 'vehicle',
    concurrency: () => 4,
    maxFiles: () => null,
    check: (file) => checkFile(file, { image: 25_000_000, video: 25_000_000 }),
    validate: async () => undefined,
    transform: () => null,
    prepare: async (file, type) => ({ file, type }),
    hash: (file, signal) => hashBlob(file, { signal }),
    online: () => null,
    nextOnline: () => new Promise(() => undefined),
    random: () => 0,
    onChange: () => wake(),
    onEvent: (event) => {
      events.push(event);
      wake();
    },
    ...options,
  });
  const settled = (): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        queueMicrotask(() => {
          if (queue.active) return;
          queue.settle(api.media as unknown as MediaItem[]);
          if (queue.tasks.every(({ state }) => state !== 'processing')) resolve();
        });
      };
      wake();
    });
  return { queue, events, settled };
}

describe('UploadQueue', () => {
  it('brings files to the gallery in their natural order, with one request for all tickets', async () => {
    const { queue, settled } = openQueue();
    queue.add(['VIN-10.jpg', 'VIN-2.jpg', 'VIN-1.jpg'].map((name) => photo(name)));
    await settled();
    expect(queue.tasks.map(({ file, state }) => [file.name, state])).toEqual([
      ['VIN-1.jpg', 'ready'],
      ['VIN-2.jpg', 'ready'],
      ['VIN-10.jpg', 'ready'],
    ]);
    expect([...api.uploads.values()].map(({ fileName }) => fileName)).toEqual([
      'VIN-1.jpg',
      'VIN-2.jpg',
      'VIN-10.jpg',
    ]);
    expect(api.batches).toEqual([3]);
    expect(store.stored.size).toBe(3);
  });

  it('asks for at most 50 tickets at once', async () => {
    const { queue, settled } = openQueue();
    queue.add(Array.from({ length: 120 }, (_, index) => photo(`${index}.jpg`, 64)));
    await settled();
    expect(Math.max(...api.batches)).toBeLessThanOrEqual(50);
    expect(api.batches.reduce((sum, size) => sum + size)).toBe(120);
    expect(api.media).toHaveLength(120);
  });

  it('lets files that are hashed go ahead while a slow one behind them is read', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { queue, events, settled } = openQueue({
      hash: async (file, signal) => {
        if ((file as File).name === '2.jpg') await held;
        return hashBlob(file, { signal });
      },
    });
    queue.add([photo('1.jpg'), photo('2.jpg')]);
    const began = new Promise<void>((resolve) => (store.onBegin = () => resolve()));
    await began;
    expect(store.begun).toEqual(['1.jpg']);
    release();
    await settled();
    expect(events.filter(({ type }) => type === 'accepted')).toHaveLength(2);
  });

  it.each<[string, PutPlan]>([
    ['a 403', { kind: 'status', status: 403 }],
    ['a cut connection', { kind: 'drop', afterBytes: 500 }],
  ])('asks for a fresh URL once after %s', async (_, plan) => {
    store.plan = (_name, attempt) => (attempt === 0 ? plan : { kind: 'take' });
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(api.calls).toEqual(['requestUploads', 'refreshUpload', 'completeUpload']);
  });

  it('fails with STORAGE_REFUSED when a fresh URL is refused too, and a person can try again', async () => {
    store.plan = () => ({ kind: 'status', status: 403 });
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    const [task] = queue.tasks;
    expect(task?.failure).toMatchObject({ code: 'STORAGE_REFUSED', retryable: true });
    store.plan = () => ({ kind: 'take' });
    queue.retry();
    await settled();
    expect(task?.state).toBe('ready');
    expect(store.stored.size).toBe(1);
  });

  it('comes back after 429 and 5xx, not before the time that the store names', async () => {
    const answers = [429, 503, 500];
    store.plan = (_name, attempt) => {
      const status = answers[attempt];
      return status ? { kind: 'status', status, retryAfter: 0 } : { kind: 'take' };
    };
    const { queue, events, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(3);
  });

  it('sends again after a 409, which says that another try was under way', async () => {
    store.plan = (_name, attempt) =>
      attempt === 0 ? { kind: 'status', status: 409 } : { kind: 'take' };
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(api.calls).toEqual(['requestUploads', 'completeUpload']);
  });

  it.each<[string, () => void]>([
    [
      'the API cannot reach it',
      () => {
        let left = 30;
        api.refuse = (name) =>
          name === 'completeUpload' && left-- > 0
            ? { code: 'STORAGE_UNAVAILABLE', message: 'Later.' }
            : null;
      },
    ],
    [
      'what stands before it answers 503',
      () => {
        store.plan = (_name, attempt) =>
          attempt < 30 ? { kind: 'status', status: 503 } : { kind: 'take' };
      },
    ],
  ])('waits out a store that is down for minutes when %s', async (_, breakStore) => {
    breakStore();
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
  });

  it('takes an upload as arrived when only its answer was lost', async () => {
    store.plan = (_name, attempt) => (attempt === 0 ? { kind: 'mute' } : { kind: 'take' });
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(api.media).toHaveLength(1);
  });

  it('sends again when the store lost the bytes before completion', async () => {
    let lost = false;
    const { queue, settled } = openQueue();
    api.refuse = (name) => {
      if (name === 'completeUpload' && !lost) {
        lost = true;
        store.stored.clear();
      }
      return null;
    };
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(store.begun).toHaveLength(2);
  });

  it('sends nothing of files that the server has, and says so of each', async () => {
    const files = Array.from({ length: 30 }, (_, index) => photo(`${index}.jpg`));
    const first = openQueue();
    first.queue.add(files);
    await first.settled();
    expect(store.begun).toHaveLength(30);
    const { queue, events, settled } = openQueue();
    queue.add(files);
    await settled();
    expect(store.begun).toHaveLength(30);
    expect(queue.tasks.every(({ state }) => state === 'ready')).toBe(true);
    expect(api.media).toHaveLength(60);
    const duplicates = events.flatMap((event) =>
      event.type === 'duplicate' ? [event.mediaId] : [],
    );
    expect(duplicates.sort()).toEqual(first.queue.tasks.map(({ mediaId }) => mediaId).sort());
    expect(events.some(({ type }) => type === 'start')).toBe(false);
  });

  it('refuses a second file with the same bytes', async () => {
    const { queue, events, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    const copy = new File([await photo('1.jpg').arrayBuffer()], 'copy.jpg');
    queue.add([copy]);
    await settled();
    expect(queue.tasks[1]?.failure?.code).toBe('DUPLICATE');
    expect(events.filter(({ type }) => type === 'duplicate')).toHaveLength(1);
    expect(store.begun).toEqual(['1.jpg']);
  });

  it('refuses files beyond maxFiles, and says nothing of them to the server', async () => {
    const { queue, events, settled } = openQueue({ maxFiles: () => 2 });
    queue.add([photo('1.jpg'), photo('2.jpg'), photo('3.jpg')]);
    await settled();
    expect(queue.tasks.map(({ state }) => state)).toEqual(['ready', 'ready', 'failed']);
    expect(queue.tasks[2]?.failure?.data.limit).toBe(2);
    expect(events.some(({ type }) => type === 'rejected')).toBe(true);
    expect(api.batches).toEqual([2]);
  });

  it('fails one file that the server refuses and brings the others', async () => {
    const execute = api.execute.bind(api);
    api.execute = (query, variables) => {
      const answer = execute(query, variables) as { requestUploads?: { results: unknown[] } };
      if (answer.requestUploads) {
        const error = {
          code: 'FILE_TOO_LARGE',
          message: 'This picture is larger than 1 MB.',
          limitBytes: 1_000_000,
        };
        answer.requestUploads.results[0] = { upload: null, userErrors: [error] };
      }
      return answer;
    };
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg'), photo('2.jpg')]);
    await settled();
    expect(queue.tasks.map(({ state }) => state)).toEqual(['failed', 'ready']);
    expect(queue.tasks[0]?.failure).toMatchObject({
      code: 'FILE_TOO_LARGE',
      retryable: false,
      data: { limitBytes: 1_000_000 },
    });
  });

  it('sends nothing while paused, and everything after', async () => {
    store.plan = () => ({ kind: 'slow' });
    const { queue, settled } = openQueue({ concurrency: () => 1 });
    let resumed = false;
    const begunWhilePaused: string[] = [];
    const began = new Promise<void>((resolve) => {
      store.onBegin = (name) => {
        if (queue.paused && !resumed) begunWhilePaused.push(name);
        resolve();
      };
    });
    queue.add([photo('1.jpg', 400_000), photo('2.jpg', 400_000)]);
    await began;
    queue.pause();
    expect(queue.active).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    store.plan = () => ({ kind: 'take' });
    resumed = true;
    queue.resume();
    await settled();
    expect(begunWhilePaused).toEqual([]);
    expect(queue.tasks.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('holds one file while the others go on, and ends the round without it', async () => {
    store.plan = (name) => ({ kind: name === '1.jpg' ? 'slow' : 'take' });
    const { queue, events, settled } = openQueue({ concurrency: () => 1 });
    const began = new Promise<void>((resolve) => (store.onBegin = () => resolve()));
    const [first] = queue.add([photo('1.jpg', 900_000), photo('2.jpg')]);
    await began;
    queue.pause(first?.id);
    await expect
      .poll(() => queue.tasks.map(({ state }) => state))
      .toEqual(['paused', 'processing']);
    expect(queue.paused).toBe(true);
    expect(events.some(({ type }) => type === 'complete')).toBe(false);
    store.plan = () => ({ kind: 'take' });
    queue.resume(first?.id);
    await settled();
    expect(store.begun).toEqual(['1.jpg', '2.jpg', '1.jpg']);
    expect(api.batches).toEqual([2]);

    const [third] = queue.add([photo('3.jpg')]);
    queue.pause(third?.id);
    queue.cancel(third?.id);
    await settled();
    expect(events.filter(({ type }) => type === 'complete')).toHaveLength(1);
  });

  it('gets one ticket, however often it is paused before the ticket comes', async () => {
    const held: (() => void)[] = [];
    const { queue, settled } = openQueue({
      api: new UploadApi(async (document, variables) => {
        const data = api.execute(document, variables as never);
        if (document.includes('RequestUploads') && held.length < 3) {
          await new Promise<void>((resolve) => held.push(resolve));
        }
        return structuredClone(data) as never;
      }),
    });
    queue.add([photo('1.jpg')]);
    for (const count of [1, 2, 3]) {
      await expect.poll(() => held.length).toBe(count);
      queue.pause();
      held[count - 1]?.();
      if (count < 3) queue.resume();
    }
    await expect.poll(() => queue.tasks[0]?.ticket?.uploadId).toBe('upload-1');
    queue.resume();
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect([...api.uploads.values()].map(({ status }) => status)).toEqual(['COMPLETED']);
  });

  it.each(['requestUploads', 'refreshUpload', 'completeUpload'])(
    'goes on after a %s that was never answered',
    async (name) => {
      store.plan = (_name, attempt) =>
        attempt === 0 ? { kind: 'status', status: 403 } : { kind: 'take' };
      let mute = true;
      const request: Request = (document, variables) => {
        const data = api.execute(document, variables as never);
        if (!mute || api.calls.at(-1) !== name)
          return Promise.resolve(structuredClone(data as never));
        mute = false;
        return new Promise(() => undefined);
      };
      const { queue, settled } = openQueue({
        api: new UploadApi(requestInTime(request, () => 50)),
      });
      queue.add([photo('1.jpg'), photo('2.jpg')]);
      await settled();
      expect(mute).toBe(false);
      expect(queue.tasks.map(({ state }) => state)).toEqual(['ready', 'ready']);
      expect(api.uploads.size).toBe(2);
    },
  );

  it('takes over what is paused without letting go of it in between', () => {
    const file = photo('1.jpg');
    const reached = {
      file,
      body: file,
      contentType: 'image/jpeg',
      hash: null,
      ticketKey: 'key',
      ticket: null,
      ticketSha256: null,
      awaited: null,
    };
    const states: string[] = [];
    const { queue } = openQueue({ onTask: ({ state }) => states.push(state) });
    queue.watch({ id: 'begun', vehicleId: 'vehicle', ...reached });
    queue.takeOver('begun', reached, true);
    expect(states).toEqual(['paused']);
    expect(queue.tasks[0]?.state).toBe('paused');
  });

  it('says that there is no network, and goes on when there is one', async () => {
    store.plan = (_name, attempt) =>
      attempt === 0 ? { kind: 'drop', afterBytes: 500 } : { kind: 'take' };
    let connect: () => void = () => undefined;
    const network = new Promise<void>((resolve) => (connect = resolve));
    const { queue, settled } = openQueue({ online: () => network });
    queue.add([photo('1.jpg')]);
    await expect.poll(() => queue.tasks[0]?.waiting).toBe('network');
    connect();
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
  });

  it('does not sit out a rest once there is a network again', async () => {
    const minutes = () => 1_000;
    store.plan = (_name, attempt) =>
      attempt === 0 ? { kind: 'drop', afterBytes: 500 } : { kind: 'take' };
    let connect: () => void = () => undefined;
    const { queue, settled } = openQueue({
      random: minutes,
      nextOnline: () => new Promise((resolve) => (connect = resolve)),
    });
    queue.add([photo('1.jpg')]);
    await expect.poll(() => queue.tasks[0]?.waiting).toBe('retry');
    connect();
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
  });

  it('waits as long as the store asks it to, whatever the network does', async () => {
    store.plan = () => ({ kind: 'status', status: 503, retryAfter: 600 });
    const { queue } = openQueue({ nextOnline: () => Promise.resolve() });
    const [task] = queue.add([photo('1.jpg')]);
    await expect.poll(() => task?.waiting).toBe('retry');
    await new Promise((resolve) => setImmediate(resolve));
    expect(task?.waiting).toBe('retry');
    expect(store.begun).toEqual(['1.jpg']);
    queue.cancel();
  });

  describe('with a video', () => {
    const video = new File([...'\0\0\0\x18ftypisom\0\0\0\0isommp42', 'frames'], 'clip.mp4');
    const picture = new Blob(['picture'], { type: 'image/jpeg' });
    const poster = async (): Promise<Blob> => picture;

    it('sends a picture out of it after it, and is done then', async () => {
      let release: () => void = () => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      store.plan = (name) => (name === 'clip.jpg' ? { kind: 'held', until } : { kind: 'take' });
      const { queue, events, settled } = openQueue({ poster });
      queue.add([video]);
      await expect.poll(() => store.begun).toEqual(['clip.mp4', 'clip.jpg']);
      expect(queue.active).toBe(true);
      expect(api.media).toHaveLength(1);
      expect(events.some(({ type }) => type === 'accepted')).toBe(false);
      release();
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
      expect(api.media[0]?.renditions).toHaveLength(1);
    });

    it('sends the picture again when it is lost, and waits for a network', async () => {
      store.plan = (name, attempt) =>
        name === 'clip.jpg' && attempt < 6 ? { kind: 'drop', afterBytes: 1 } : { kind: 'take' };
      let waited = 0;
      const online = (): Promise<void> => Promise.resolve(void (waited += 1));
      const { queue, settled } = openQueue({ poster, online });
      queue.add([video]);
      await settled();
      expect(api.media[0]?.renditions).toHaveLength(1);
      expect(waited).toBeGreaterThanOrEqual(6);
      expect(queue.tasks[0]?.state).toBe('ready');
    });

    it.each([
      ['none where the same bytes have one already', poster, 0],
      ['one where the same bytes have none', async () => null, 1],
    ])('sends %s', async (_, posterOfFirst, expected) => {
      const first = openQueue({ poster: posterOfFirst });
      first.queue.add([video]);
      await first.settled();
      const begun = store.begun.length;
      const { queue, settled } = openQueue({ poster });
      queue.add([video]);
      await settled();
      expect(queue.tasks[0]?.ticket?.existing).toBe(first.queue.tasks[0]?.mediaId);
      expect(store.begun.slice(begun)).toEqual(Array(expected).fill('clip.jpg'));
      expect(api.media[1]?.renditions).toHaveLength(1);
    });

    it('is done without a picture that is refused', async () => {
      api.refuse = (_, input) =>
        JSON.stringify(input).includes('posterFor')
          ? { code: 'QUOTA_EXCEEDED', message: 'No room.' }
          : null;
      const { queue, settled } = openQueue({ poster });
      queue.add([video]);
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
    });
  });

  describe('with a file that the server wants in parts', () => {
    const PART = 20_000;
    const large = photo('large.jpg', 9.5 * PART);

    beforeEach(() => {
      api.partSize = PART;
    });

    it('sends each part once, one after the other, and counts the bytes of all', async () => {
      api.partsAtOnce = 4;
      const sums: number[] = [];
      let atOnce = 0;
      let mostAtOnce = 0;
      const { queue, settled } = openQueue({
        onEvent: ({ type }) => {
          if (type === 'progress') sums.push(queue.summary.sentBytes);
        },
        send: async (address, body, options) => {
          mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
          return send(address, body, options).finally(() => (atOnce -= 1));
        },
      });
      queue.add([large]);
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
      expect(store.begun).toEqual(
        Array.from({ length: 10 }, (_, index) => `large.jpg#${index + 1}`),
      );
      expect(store.receivedBytes).toBe(large.size);
      expect(mostAtOnce).toBe(1);
      expect(sums).toEqual([...sums].sort((a, b) => a - b));
      expect(sums.at(-1)).toBe(large.size);
      const [bytes] = store.stored.values();
      expect(bytes?.equals(Buffer.from(await large.arrayBuffer()))).toBe(true);
    });

    it('sends no part again that arrived, when it is paused or its answer is lost', async () => {
      store.plan = (name, attempt) =>
        name === 'large.jpg#3' && attempt === 0 ? { kind: 'mute' } : { kind: 'take' };
      const { queue, settled } = openQueue();
      const fifth = new Promise<void>((resolve) => {
        store.onBegin = (name) => {
          if (name === 'large.jpg#5') resolve();
        };
      });
      queue.add([large]);
      await fifth;
      queue.pause();
      await new Promise((resolve) => setImmediate(resolve));
      queue.resume();
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
      const again = store.begun.filter((name, index) => store.begun.indexOf(name) < index);
      expect(again.filter((name) => name !== 'large.jpg#5')).toEqual([]);
      expect(again.length).toBeLessThanOrEqual(1);
    });

    it.each([403, 404])('asks for fresh addresses of the parts that get a %i', async (status) => {
      store.plan = (name, attempt) =>
        attempt === 0 && /#[47]$/.test(name) ? { kind: 'status', status } : { kind: 'take' };
      const { queue, settled } = openQueue();
      queue.add([large]);
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
      expect(api.calls).toEqual([
        'requestUploads',
        'refreshUpload',
        'refreshUpload',
        'completeUpload',
      ]);
    });

    it('sends the parts that the store lost before completion, and no others', async () => {
      let lost = false;
      api.refuse = (name) => {
        if (name === 'completeUpload' && !lost) {
          lost = true;
          for (const key of store.stored.keys()) if (key.endsWith('#2')) store.stored.delete(key);
        }
        return null;
      };
      const { queue, settled } = openQueue();
      queue.add([large]);
      await settled();
      expect(queue.tasks[0]?.state).toBe('ready');
      expect(store.begun.slice(10)).toEqual(['large.jpg#2']);
    });

    it('fails, and sends nothing more, when a part is refused for good', async () => {
      store.plan = (name) =>
        name === 'large.jpg#2' ? { kind: 'status', status: 413 } : { kind: 'take' };
      const { queue, settled } = openQueue();
      queue.add([large]);
      await settled();
      expect(queue.tasks[0]?.failure?.code).toBe('STORAGE_REFUSED');
      expect(store.begun.length).toBeLessThan(6);
    });
  });

  it('gives the ticket back when a file is cancelled', async () => {
    store.plan = () => ({ kind: 'slow' });
    const { queue, settled } = openQueue();
    const began = new Promise<void>((resolve) => (store.onBegin = () => resolve()));
    const [task] = queue.add([photo('1.jpg', 900_000)]);
    await began;
    queue.cancel(task?.id);
    await settled();
    expect(task?.state).toBe('cancelled');
    expect([...api.uploads.values()].map(({ status }) => status)).toEqual(['CANCELLED']);
    expect(api.media).toEqual([]);
  });

  it('shows a picture that the server could not prepare as failed, and has it tried again', async () => {
    api.onArrival = (media) => {
      const errors = [
        { code: 'DECODE_FAILED', message: 'The picture is damaged.', retryable: true },
      ];
      Object.assign(media, { status: 'FAILED', errors });
    };
    const { queue, settled } = openQueue();
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.failure).toMatchObject({
      code: 'PROCESSING',
      message: 'The picture is damaged.',
      retryable: true,
    });
    api.onArrival = (media) => api.finish(media.id);
    queue.retry();
    await new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(queue.tasks[0]?.state).toBe('ready');
    expect(api.calls.at(-1)).toBe('retryMedia');
  });

  it('ends every file in exactly one final state, whatever the store does', async () => {
    const plan = fc.oneof(
      { weight: 3, arbitrary: fc.constant<PutPlan>({ kind: 'take' }) },
      fc.constant<PutPlan>({ kind: 'mute' }),
      fc.constant<PutPlan>({ kind: 'slow' }),
      fc.record({ kind: fc.constant('drop' as const), afterBytes: fc.nat(60_000) }),
      fc.record({
        kind: fc.constant('status' as const),
        status: fc.constantFrom(403, 500, 503, 429, 400, 404, 413),
      }),
    );
    const file = fc.record({
      byteSize: fc.integer({ min: 64, max: 60_000 }),
      plans: fc.array(plan, { maxLength: 4 }),
      cancelAtAttempt: fc.option(fc.nat(2), { nil: null, freq: 4 }),
    });
    const scenario = fc.record({
      files: fc.array(file, { minLength: 1, maxLength: 7 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      pauseAtBegin: fc.option(fc.nat(5), { nil: null }),
      partSize: fc.option(fc.integer({ min: 20_000, max: 30_000 }), { nil: Infinity }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ files, concurrency, partSize, pauseAtBegin }) => {
        await store.close();
        store = new DealerStore();
        await store.listen();
        api = new DealerApi(store);
        api.partSize = partSize;
        const fileOf = (name: string): string => name.split('#')[0] ?? '';
        const named = files.map((planned, index) => ({ ...planned, name: `${index}.jpg` }));
        const byName = new Map(named.map((planned) => [planned.name, planned]));
        const attempts = new Map<string, number>();
        const cancelled = new Set<string>();
        const sentAfterCancel: string[] = [];
        store.plan = (name, attempt) => {
          attempts.set(name, attempt);
          return byName.get(fileOf(name))?.plans[attempt] ?? { kind: 'take' };
        };
        let atOnce = 0;
        let mostAtOnce = 0;
        const { queue, events, settled } = openQueue({
          concurrency: () => concurrency,
          send: async (target, body, options) => {
            const { name } = body as Partial<File>;
            if (name && cancelled.has(name)) sentAfterCancel.push(name);
            mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
            return send(target, body, options).finally(() => (atOnce -= 1));
          },
        });
        let begins = 0;
        store.onBegin = (name) => {
          if (begins === pauseAtBegin) {
            queue.pause();
            setImmediate(() => queue.resume());
          }
          begins += 1;
          const fileName = fileOf(name);
          if (byName.get(fileName)?.cancelAtAttempt === attempts.get(name)) {
            const task = queue.tasks.find((each) => each.file.name === fileName);
            if (task?.active) {
              cancelled.add(fileName);
              queue.cancel(task.id);
            }
          }
        };
        const tasks = queue.add(named.map(({ name, byteSize }) => photo(name, byteSize)));
        await settled();

        for (const task of tasks) {
          expect(['ready', 'failed', 'cancelled']).toContain(task.state);
          expect(task.state === 'cancelled').toBe(cancelled.has(task.file.name));
          const ends = events.filter(
            (event) =>
              'task' in event &&
              event.task === task &&
              (event.type === 'accepted' || event.type === 'failed'),
          );
          expect(ends).toHaveLength(task.state === 'cancelled' ? 0 : 1);
        }
        expect(sentAfterCancel).toEqual([]);
        expect(mostAtOnce).toBeLessThanOrEqual(concurrency);
        const ready = tasks.filter(({ state }) => state === 'ready');
        expect(api.media.map(({ original }) => original.fileName).sort()).toEqual(
          ready.map(({ file: { name } }) => name).sort(),
        );
        for (const task of ready) {
          const stored = store.stored.get(task.ticket?.uploadId ?? '');
          expect(stored?.equals(Buffer.from(await task.file.arrayBuffer()))).toBe(true);
        }
        const asked = [...api.uploads.values()].map(({ fileName }) => fileName);
        expect(asked).toEqual([...asked].sort((a, b) => a.localeCompare(b)));
      }),
      { numRuns: 100 },
    );
  });

  it('never lets progress fall', async () => {
    store.plan = (_name, attempt) =>
      attempt < 2 ? { kind: 'drop', afterBytes: 30_000 } : { kind: 'take' };
    const sums: number[] = [];
    const { queue, settled } = openQueue({
      onEvent: ({ type }) => {
        if (type === 'progress') sums.push(queue.summary.sentBytes);
      },
    });
    queue.add([photo('1.jpg', 90_000), photo('2.jpg', 90_000)]);
    await settled();
    expect(sums).toEqual([...sums].sort((a, b) => a - b));
    expect(queue.summary).toMatchObject({ total: 2, finished: 2, sentBytes: 180_000 });
  });

  it('names a file that is gone from the disk', async () => {
    const { queue, settled } = openQueue({
      hash: () => Promise.reject(new UploadFailure('UNREADABLE')),
    });
    queue.add([photo('1.jpg')]);
    await settled();
    expect(queue.tasks[0]?.failure).toMatchObject({ code: 'UNREADABLE', retryable: false });
  });
});
