import type { Readable } from 'node:stream';
import type { MultipartStorage } from './multipart.ts';
import type { PutTarget } from './put-target.ts';
import type { WriteBody } from './write-body.ts';

/** What a presigned upload is bound to. The bytes are refused unless all of it holds. */
export interface UploadGrant {
  /**
   * Never under `r/`. Single use: a second PUT to the same key is refused where
   * the store can refuse it (answered 412), on disk also after a delete.
   */
  key: string;
  /** Compared byte for byte with the header that arrives. */
  contentType: string;
  /** Exact; at least 1. */
  byteSize: number;
  /** Base64 of the 16 bytes. */
  md5: string;
  /** 1 to 604,800 (seven days, the limit of S3). */
  expiresInSeconds: number;
}

export interface StoredObject {
  key: string;
  byteSize: number;
  /** Null in the listings of S3, which do not tell it. */
  contentType: string | null;
  lastModified: Date;
}

/** A year, the longest that HTTP knows: content decides a rendition's key, so it never changes. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

export interface WriteOptions {
  contentType: string;
  /** What `publicUrl` answers with; {@link IMMUTABLE} unless given. */
  cacheControl?: string;
  signal?: AbortSignal;
}

/**
 * Object storage as the server needs it. Two drivers: `disk` and `s3`; one
 * contract suite holds both to this description.
 *
 * Every method, and the stream that `read` gives, fails with {@link StorageError},
 * or with the abort of its signal. Arguments that no input can
 * explain, such as a key outside the grammar of `storage-key.ts`, are a TypeError.
 */
export interface Storage {
  readonly driver: 'disk' | 's3';
  /** Origins that browsers load from and send to; none where it is the server's own. */
  readonly origins: readonly string[];
  /** Sends nothing to the store: it answers while the store is down. */
  createUpload(grant: UploadGrant): Promise<PutTarget>;
  /** For files that are too large to send in one piece. */
  readonly multipart: MultipartStorage;
  /** Null when there is no such object. */
  stat(key: string): Promise<StoredObject | null>;
  /** Streams the object; rejects with NOT_FOUND before the first byte. */
  read(key: string, options?: { signal?: AbortSignal }): Promise<Readable>;
  /** Atomic: the whole object appears, or none. Overwrites. */
  write(key: string, body: WriteBody, options: WriteOptions): Promise<void>;
  /** Absent keys are no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** In ascending key order; what appears or goes meanwhile may be missing. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Address of an object under `r/`: stable, public, cacheable for ever. No other key has one. */
  publicUrl(key: string): string;
  /** What every such address begins with; the key follows. */
  readonly publicBase: string;
  /** Resolves when the store answers with the rights it needs. */
  check(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type StorageErrorCode =
  /** No such object. */
  | 'NOT_FOUND'
  /** The store does not answer, or answers 5xx. Trying again may help. */
  | 'UNAVAILABLE'
  /** No space left. */
  | 'FULL'
  /** Credentials or bucket are wrong: only an operator can mend it. */
  | 'DENIED';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
