import { UploadFailure } from '../queue/upload-failure.ts';
import { WorkerPool, WorkerUnavailable } from '../worker/worker-pool.ts';
import type { FileHash } from './hash-blob.ts';
import type { HashReply } from './hash-worker.ts';

/**
 * Hashes files in workers; where the page's policy forbids them, on the main
 * thread, which gets its turn after every chunk.
 */
export class FileHasher {
  #workers = new WorkerPool<Blob, HashReply>();

  /** @throws UploadFailure, `UNREADABLE`; the signal's reason when it fires. */
  async hash(file: Blob, signal: AbortSignal): Promise<FileHash> {
    const { hashBlob, hashWorker } = await import('./hash-worker.ts');
    try {
      const reply = await this.#workers.ask(hashWorker, file, signal);
      if ('failed' in reply) throw new UploadFailure('UNREADABLE');
      return reply.hash;
    } catch (error) {
      if (!(error instanceof WorkerUnavailable)) throw error;
    }
    try {
      return await hashBlob(file, { signal, pause: nextTurn });
    } catch (error) {
      if (error instanceof DOMException && !signal.aborted) {
        throw new UploadFailure('UNREADABLE', { cause: error });
      }
      throw error;
    }
  }

  dispose(): void {
    this.#workers.dispose();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
