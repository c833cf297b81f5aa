import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addVehicle, completeUpload, describeFile, put, ticketFor } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';
import type { GraphQLClient } from '../../test/graphql-client.ts';
import type { ImageProcessor } from '../media/image-processor.ts';
import { MediaFailure } from '../media/media-failure.ts';
import type { VideoProcessor } from '../media/video-processor.ts';
import { createLog } from '../log.ts';
import { decodeId } from '../node-id.ts';
import { StorageError } from '../storage/storage.ts';
import { createMediaQueue, type MediaQueue } from './queue.ts';
import { startMediaWorker, type MediaWorker } from './worker.ts';

let server: TestServer;
let staff: GraphQLClient;
let queue: MediaQueue;
let worker: MediaWorker | null;
let taken: number;
/** None come here. */
const NO_VIDEOS = {} as VideoProcessor;
const process = vi.fn<ImageProcessor['process']>();

beforeEach(async () => {
  // Its own worker rests: this one is in the hands of the test.
  server = await startServer({ env: { MEDIA_CONCURRENCY: '0' } });
  staff = (await server.dealership(PUBLIC_DEALERSHIP)).staff;
  const patient = createMediaQueue(server.app.db);
  taken = 0;
  queue = {
    ...patient,
    async take(leaseSeconds) {
      const job = await patient.take(leaseSeconds);
      if (job) taken += 1;
      return job;
    },
    // Without the pauses.
    release: (job, _, attempt) => patient.release(job, 0, attempt),
  };
  process.mockReset();
  process.mockResolvedValue({ width: 8, height: 6, placeholder: 'AAAA', renditions: [] });
  worker = null;
});

afterEach(async () => {
  vi.restoreAllMocks();
  await worker?.close();
  await server.stop();
});

async function work(): Promise<void> {
  worker ??= await startMediaWorker({
    db: server.app.db,
    storage: server.app.storage,
    queue,
    processor: { process } as unknown as ImageProcessor,
    videoProcessor: NO_VIDEOS,
    concurrency: 1,
    log: createLog('silent'),
  });
}

async function claimed(
  more: { replaceMediaId?: string; vehicleId?: string; seed?: number } = {},
): Promise<{ vehicleId: string; mediaId: string }> {
  const { vehicleId = await addVehicle(staff), seed = 4, ...rest } = more;
  const { bytes } = await photo({ width: 64, height: 48, seed });
  const ticket = await ticketFor(staff, describeFile(vehicleId, bytes, rest));
  await put(ticket.target, bytes);
  expect((await completeUpload(staff, ticket.id)).userErrors).toEqual([]);
  return { vehicleId, mediaId: ticket.media.id };
}

function read(mediaId: string): Promise<{ status: string; errorCode: string | null }> {
  return server.app.db.prisma.media.findFirstOrThrow({
    where: { id: decodeId(mediaId)?.uuid ?? '' },
    select: { status: true, errorCode: true },
  });
}

async function retry(mediaId: string): Promise<void> {
  await staff.expect('mutation ($id: ID!) { retryMedia(input: { id: $id }) { media { id } } }', {
    id: mediaId,
  });
  await work();
}

const settled = (mediaId: string, status: string) =>
  expect.poll(() => read(mediaId)).toMatchObject({ status });

describe('a photo that was acknowledged', () => {
  it.each(['UNAVAILABLE', 'FULL', 'DENIED'] as const)(
    'waits for a store that is %s, however often it is tried',
    async (code) => {
      const { mediaId } = await claimed();
      for (const method of ['read', 'write'] as const) {
        vi.spyOn(server.app.storage, method).mockRejectedValue(new StorageError(code, 'Down'));
      }
      await work();
      await expect.poll(() => taken).toBeGreaterThan(12);
      expect((await read(mediaId)).status).toBe('PROCESSING');
      vi.restoreAllMocks();
      await settled(mediaId, 'READY');
    },
  );

  it.each(['ENOSPC', 'EDQUOT'])(
    'waits for room in the temporary folder (%s), for its copy and for what is made of it',
    async (code) => {
      const full = Object.assign(new Error('No room'), { code });
      const { mediaId } = await claimed();
      const reading = vi.spyOn(server.app.storage, 'read').mockRejectedValue(full);
      await work();
      await expect.poll(() => taken).toBeGreaterThan(12);
      reading.mockRestore();
      process.mockRejectedValue(new MediaFailure('INTERNAL', { cause: full }));
      const before = taken;
      await expect.poll(() => taken).toBeGreaterThan(before + 12);
      expect((await read(mediaId)).status).toBe('PROCESSING');
      process.mockResolvedValue({ width: 8, height: 6, placeholder: 'AAAA', renditions: [] });
      await settled(mediaId, 'READY');
    },
  );

  it('fails when its bytes are nowhere any more', async () => {
    const { mediaId } = await claimed();
    vi.spyOn(server.app.storage, 'read').mockRejectedValue(new StorageError('NOT_FOUND', 'Gone'));
    await work();
    await settled(mediaId, 'FAILED');
    expect((await read(mediaId)).errorCode).toBe('BYTES_CHANGED');
  });

  it('can be tried again after it failed before its original was kept', async () => {
    const { mediaId } = await claimed();
    vi.spyOn(server.app.storage, 'write').mockRejectedValue(new Error('No memory'));
    await work();
    await settled(mediaId, 'FAILED');
    vi.restoreAllMocks();
    await retry(mediaId);
    await settled(mediaId, 'READY');
  });

  it('can be tried again when only the kept original is left', async () => {
    const { mediaId } = await claimed();
    process.mockRejectedValueOnce(new MediaFailure('UNREADABLE'));
    await work();
    await settled(mediaId, 'FAILED');
    const keys = [];
    for await (const { key } of server.app.storage.list('incoming/')) keys.push(key);
    await server.app.storage.delete(keys);
    await retry(mediaId);
    await settled(mediaId, 'READY');
  });

  it('is tried again with the last bytes that were sent for it', async () => {
    const { mediaId, vehicleId } = await claimed();
    process.mockRejectedValueOnce(new MediaFailure('UNREADABLE'));
    await work();
    await settled(mediaId, 'FAILED');
    const write = vi.spyOn(server.app.storage, 'write').mockRejectedValue(new Error('No memory'));
    await claimed({ vehicleId, replaceMediaId: mediaId, seed: 5 });
    await work();
    await expect.poll(() => write.mock.calls.length).toBe(3);
    await expect.poll(() => server.app.db.prisma.mediaJob.count({ where: {} })).toBe(0);
    vi.restoreAllMocks();
    await retry(mediaId);
    await settled(mediaId, 'READY');
  });
});

describe('a worker that is to stop', () => {
  it.each(['read', 'write'] as const)(
    'lets go of a store that never answers its %s, and gives the job back',
    async (method) => {
      const { mediaId } = await claimed();
      const silent = vi.fn((...call: unknown[]): Promise<never> => {
        const { signal } = (call.at(-1) ?? {}) as { signal?: AbortSignal };
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
      });
      vi.spyOn(server.app.storage, method).mockImplementation(silent);
      await work();
      await expect.poll(() => silent.mock.calls.length).toBe(1);
      await worker?.close();
      vi.restoreAllMocks();
      const { rows } = await server.app.db.pool.query(
        'select attempts, lease_expires_at "lease" from media_jobs',
      );
      expect(rows).toEqual([{ attempts: 0, lease: null }]);
      worker = null;
      await work();
      await settled(mediaId, 'READY');
    },
  );
});

describe('a worker that writes many renditions at once', () => {
  it('is told to stop by one signal, which nobody takes for a leak', async () => {
    const warned = vi.fn();
    globalThis.process.on('warning', warned);
    const { mediaId } = await claimed();
    process.mockResolvedValue({
      width: 8,
      height: 6,
      placeholder: 'AAAA',
      renditions: Array.from({ length: 12 }, (_, index) => ({
        format: 'JPEG',
        width: index + 1,
        height: 6,
        bytes: Buffer.from([index]),
      })),
    });
    vi.spyOn(server.app.storage, 'write').mockImplementation(async (_key, _body, { signal }) => {
      signal?.addEventListener('abort', () => {});
    });
    await work();
    await settled(mediaId, 'READY');
    globalThis.process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('a worker that is late', () => {
  it('cannot give back a job that another has taken', async () => {
    await claimed();
    const { pool } = server.app.db;
    const late = await queue.take(0);
    const other = await queue.take(3_600);
    if (!late || !other) throw new Error('Nobody got the job');
    expect(other.id).toBe(late.id);
    await queue.release(late, 0, 'counts');
    expect(await queue.take(0)).toBeNull();
    await queue.release(other, 0, 'returned');
    expect((await pool.query('select attempts from media_jobs')).rows).toEqual([{ attempts: 1 }]);
  });

  it('has its job for as long as it works on it', async () => {
    const { mediaId } = await claimed();
    let finish: (image: Awaited<ReturnType<ImageProcessor['process']>>) => void = () => {};
    process.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    worker = await startMediaWorker({
      db: server.app.db,
      storage: server.app.storage,
      queue,
      processor: { process } as unknown as ImageProcessor,
      videoProcessor: NO_VIDEOS,
      concurrency: 1,
      leaseSeconds: 2,
      log: createLog('silent'),
    });
    const { pool } = server.app.db;
    const leaseEnd = async () => {
      const { rows } = await pool.query<{ at: Date }>(
        'select lease_expires_at "at" from media_jobs where lease_expires_at is not null',
      );
      return rows[0]?.at.getTime() ?? 0;
    };
    await expect.poll(leaseEnd).toBeGreaterThan(0);
    const first = await leaseEnd();
    await expect.poll(leaseEnd, { timeout: 10_000 }).toBeGreaterThan(first + 2_000);
    finish({ width: 8, height: 6, placeholder: 'AAAA', renditions: [] });
    await settled(mediaId, 'READY');
    expect(process).toHaveBeenCalledTimes(1);
  });

  it('cannot lengthen the lease of another', async () => {
    await claimed();
    const late = await queue.take(0);
    const other = await queue.take(0);
    if (!late || !other) throw new Error('Nobody got the job');
    await queue.renew(late, 3_600);
    expect((await queue.take(0))?.id).toBe(other.id);
  });
});
