import type { PutTarget } from './put-target.ts';

/** An upload in parts that was started. */
export interface Multipart {
  /** Of the object that it becomes; never under `r/`. */
  key: string;
  /** The store's own name for it. */
  multipartId: string;
}

/** What a presigned part is bound to. Its bytes are refused unless all of it holds. */
export interface PartGrant extends Multipart {
  /** 1 to 10,000. */
  partNumber: number;
  /** Exact. S3 wants 5 MiB at least of every part but the last, 5 GiB at most. */
  byteSize: number;
  /** 1 to 604,800 (seven days, the limit of S3). */
  expiresInSeconds: number;
}

export interface StoredPart {
  partNumber: number;
  byteSize: number;
}

export interface StartedMultipart extends Multipart {
  startedAt: Date;
}

/**
 * Objects that arrive in parts: any of them again, in any order, after any
 * pause. Nothing is an object until `complete`. Fails as `Storage` does.
 */
export interface MultipartStorage {
  /** Resolves to the `multipartId`: another one with every call. */
  start(key: string, contentType: string): Promise<string>;
  /**
   * Sends nothing to the store: it answers while the store is down. Until the
   * upload is completed or aborted a part may be PUT any number of times; the
   * last that came whole counts.
   */
  createPartUpload(grant: PartGrant): Promise<PutTarget>;
  /** Those that are whole, in ascending order. Null when it was completed, aborted or never started. */
  parts(multipart: Multipart): Promise<StoredPart[] | null>;
  /**
   * Makes one object of all its parts, in the order of their numbers: the whole
   * object appears, or none. Safe to repeat, also after a crash in the middle;
   * NOT_FOUND when there is nothing to make it of and no object either.
   */
  complete(multipart: Multipart): Promise<void>;
  /** Deletes its parts. One that is not there is no error. */
  abort(multipart: Multipart): Promise<void>;
  /** Those that were started and neither completed nor aborted, in no order. */
  list(prefix: string): AsyncIterable<StartedMultipart>;
}
