import type { UploaderHost } from '../vehicle-media/uploader-host.ts';
import { uploadPolicy } from './documents.ts';
import type { FileHash } from './hash/hash-blob.ts';
import type { Preparation } from './prepare/preparation.ts';
import type { PreparedFile } from './prepare/prepared-file.ts';
import { checkFile, isAccepted, VIDEO_TYPE, type SizeLimits } from './queue/check-file.ts';
import type { Request } from './queue/upload-api.ts';
import { UploadFailure } from './queue/upload-failure.ts';
import type { UploadTask } from './queue/upload-task.ts';

interface PolicyAnswer {
  viewer: {
    dealership: { uploadPolicy: { maxImageBytes: number; maxVideoBytes: number } | null };
  } | null;
}

/** Until the server names others: it is asked before a file is refused for them. */
const LIMITS: SizeLimits = { image: 25_000_000, video: 100_000_000 };

/** What a file passes before anything of it leaves: the page's rules and the element's own. */
export class FileGate {
  #host: UploaderHost;
  #request: Request;
  #limits = LIMITS;
  #preparation: Preparation | undefined;

  constructor(host: UploaderHost, request: Request) {
    this.#host = host;
    this.#request = request;
  }

  get limits(): SizeLimits {
    return this.#limits;
  }

  get transform(): ((file: File, signal: AbortSignal) => Promise<File>) | null {
    const { transformFile } = this.#host;
    return transformFile && (async (file, signal) => transformFile(file, signal));
  }

  /** The page's own rules, for the file as it was chosen. @throws UploadFailure */
  async validate(file: File): Promise<void> {
    for (const validate of this.#host.validators) {
      const detail = await validate(file);
      if (detail !== null) throw new UploadFailure('VALIDATOR', { detail });
    }
  }

  /** Resolves to the type of what is to be sent. @throws UploadFailure */
  check(file: File): Promise<string> {
    return this.#withinLimits(() => this.#check(file));
  }

  async #check(file: File): Promise<string> {
    const limits = this.#scales ? { ...this.#limits, image: Infinity } : this.#limits;
    const type = await checkFile(file, limits);
    if (isAccepted(this.#host.accept, file.name, type)) return type;
    throw new UploadFailure(type === 'image/heic' ? 'HEIC' : 'UNSUPPORTED_MEDIA_TYPE');
  }

  /** A photo no larger than needed, and without location unless the page keeps it. @throws UploadFailure; the signal's reason when it fires. */
  async prepare(file: File, type: string, signal: AbortSignal): Promise<PreparedFile> {
    if (type === VIDEO_TYPE) return { file, type };
    const { keepLocation } = this.#host;
    const rules = { keepLocation, maxSide: this.#maxSide };
    const { photos } = await this.#load();
    const prepared = await photos.prepare(file, type, rules, signal);
    return this.#withinLimits(async () => {
      const limitBytes = this.#limits.image;
      if (prepared.file.size <= limitBytes) return prepared;
      throw new UploadFailure('FILE_TOO_LARGE', { limitBytes });
    });
  }

  /** @throws UploadFailure, `UNREADABLE`; the signal's reason when it fires. */
  async hash(file: Blob, signal: AbortSignal): Promise<FileHash> {
    return (await this.#load()).hasher.hash(file, signal);
  }

  /** The server's limit may be another. */
  learn({ failure, contentType }: UploadTask): void {
    const { limitBytes } = failure?.data ?? {};
    if (limitBytes === undefined || !contentType) return;
    this.#limits = {
      ...this.#limits,
      [contentType === VIDEO_TYPE ? 'video' : 'image']: limitBytes,
    };
  }

  /** Once more with the server's limits when these refuse what the server may take. */
  async #withinLimits<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as Partial<UploadFailure>).code !== 'FILE_TOO_LARGE') throw error;
      const answer = await this.#request<PolicyAnswer>(uploadPolicy, {}).catch((): null => null);
      const policy = answer?.viewer?.dealership.uploadPolicy;
      if (!policy) throw error;
      this.#limits = { image: policy.maxImageBytes, video: policy.maxVideoBytes };
      return work();
    }
  }

  dispose(): void {
    this.#preparation?.dispose();
  }

  async #load(): Promise<Preparation> {
    const { Preparation } = await import('./prepare/preparation.ts');
    return (this.#preparation ??= new Preparation());
  }

  /** A file over the limit may not be once it is scaled. */
  get #scales(): boolean {
    return !this.#host.keepLocation && this.#maxSide !== Infinity;
  }

  /** Pixels; null for what the server needs, Infinity for any. */
  get #maxSide(): number | null {
    const { maxSide } = this.#host;
    const pixels = maxSide === 'none' ? 0 : Number.parseFloat(String(maxSide));
    if (pixels === 0) return Infinity;
    return pixels > 0 ? pixels : null;
  }
}
