import { serveWorker } from '../worker/serve-worker.ts';
import type { WorkerModule } from '../worker/worker-pool.ts';
import { hashBlob, type FileHash } from './hash-blob.ts';

export { hashBlob };

export const hashWorker: WorkerModule = { moduleUrl: import.meta.url, name: 'vehicle-media-hash' };

export type HashReply =
  | { readonly hash: FileHash }
  /** The file could not be read. */
  | { readonly failed: true };

serveWorker<Blob, HashReply>(hashWorker.name, (blob) =>
  hashBlob(blob).then(
    (hash) => ({ hash }),
    () => ({ failed: true }),
  ),
);
