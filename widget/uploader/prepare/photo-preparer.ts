import { withoutLocation } from '../privacy/without-location.ts';
import { UploadFailure } from '../queue/upload-failure.ts';
import { WorkerPool, WorkerUnavailable } from '../worker/worker-pool.ts';
import { decodeOnPage } from './decode-on-page.ts';
import type { PreparedFile } from './prepared-file.ts';
import type { DecodedPicture, ScaleRequest } from './scale-photo.ts';

export interface PreparationRules {
  /** Longest side in pixels, Infinity for any; null for what the server needs. */
  readonly maxSide: number | null;
  /** Leave the place where a photo was taken in the file; then it is not scaled either. */
  readonly keepLocation: boolean;
}

export interface PhotoTools {
  /** Resolves to null where the file is as good, or nothing can be made of it. */
  readonly scaleInWorker: (request: ScaleRequest, signal: AbortSignal) => Promise<Blob | null>;
  readonly decodeOnPage: (file: Blob) => Promise<DecodedPicture>;
}

/** Makes of a photo what is sent: no larger than needed, in a type that the server takes, without location. */
export class PhotoPreparer {
  #workers = new WorkerPool<ScaleRequest, Blob | null>();
  #tools: PhotoTools;

  constructor(tools: Partial<PhotoTools> = {}) {
    this.#tools = {
      scaleInWorker: async (request, signal) => {
        const { scaleWorker } = await import('./scale-worker.ts');
        return this.#workers.ask(scaleWorker, request, signal);
      },
      decodeOnPage,
      ...tools,
    };
  }

  /** @throws UploadFailure, `HEIC` or `UNREADABLE`; the signal's reason when it fires. */
  async prepare(
    file: File,
    type: string,
    { keepLocation, maxSide }: PreparationRules,
    signal: AbortSignal,
  ): Promise<PreparedFile> {
    const convert = type === 'image/heic';
    if (keepLocation && !convert) return { file, type };
    const jpeg = await this.#scale({ file, type, maxSide, convert }, signal);
    if (jpeg) return { file: renamed(jpeg, file), type: 'image/jpeg' };
    if (convert) throw new UploadFailure('HEIC');
    const cleaned = await withoutLocation(file, type).catch((cause: unknown) => {
      throw new UploadFailure('UNREADABLE', { cause });
    });
    return { file: cleaned, type };
  }

  dispose(): void {
    this.#workers.dispose();
  }

  async #scale(request: ScaleRequest, signal: AbortSignal): Promise<Blob | null> {
    if (!request.convert && request.maxSide === Infinity) return null;
    try {
      const jpeg = await this.#tools.scaleInWorker(request, signal);
      if (jpeg || !request.convert) return jpeg;
    } catch (error) {
      if (!(error instanceof WorkerUnavailable)) throw error;
    }
    return request.convert ? this.#convertOnPage(request) : null;
  }

  async #convertOnPage(request: ScaleRequest): Promise<Blob | null> {
    const { scalePhoto } = await import('./scale-worker.ts');
    return scalePhoto(request, this.#tools.decodeOnPage).catch(() => null);
  }
}

function renamed(jpeg: Blob, { lastModified, name }: File): File {
  const stem = name.replace(/\.[^.]*$/, '') || name;
  return new File([jpeg], `${stem}.jpg`, { type: 'image/jpeg', lastModified });
}
