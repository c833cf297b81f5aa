import { serveWorker } from '../worker/serve-worker.ts';
import type { WorkerModule } from '../worker/worker-pool.ts';
import { scalePhoto, type ScaleRequest } from './scale-photo.ts';

export { scalePhoto };

export const scaleWorker: WorkerModule = {
  moduleUrl: import.meta.url,
  name: 'vehicle-media-scale',
};

// What cannot be decoded stays as it is.
serveWorker<ScaleRequest, Blob | null>(scaleWorker.name, (request) =>
  scalePhoto(request).catch(() => null),
);
