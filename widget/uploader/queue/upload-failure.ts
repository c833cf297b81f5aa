/** What came between a file and the gallery. Codes of the API keep their names. */
export type UploadFailureCode =
  /** Not a type that is accepted, or bytes of another type than the name says. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** A HEIC or HEIF photo, which this browser cannot open. */
  | 'HEIC'
  /** Zero bytes. */
  | 'EMPTY_FILE'
  /** More bytes than the policy allows; `limitBytes` says how many it does. */
  | 'FILE_TOO_LARGE'
  /** More files than the element takes; `limit` says how many it does. */
  | 'TOO_MANY_FILES'
  /** The page's own rule refused it; `detail` is the page's sentence. */
  | 'VALIDATOR'
  /** The same bytes are in the queue already. */
  | 'DUPLICATE'
  /** Its bytes could not be kept beyond the page where it was chosen: it has to be chosen again. */
  | 'FILE_NEEDED'
  /** The file was moved, changed or taken away since it was chosen. */
  | 'UNREADABLE'
  /** No answer from the API or the store. */
  | 'NETWORK'
  /** The store did not take the bytes, not with a fresh URL either. */
  | 'STORAGE_REFUSED'
  /** API or store are down or busy. */
  | 'SERVER'
  | 'RATE_LIMITED'
  | 'STORAGE_UNAVAILABLE'
  | 'STORAGE_FULL'
  | 'QUOTA_EXCEEDED'
  | 'UPLOAD_EXPIRED'
  | 'UPLOAD_CANCELLED'
  | 'BYTES_MISSING'
  | 'BYTES_MISMATCH'
  | 'NOT_FOUND'
  /** The session is over. */
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  /** The picture arrived and could not be prepared; `detail` says why. */
  | 'PROCESSING'
  /** Anything else that the API refused; `detail` is its sentence. */
  | 'REFUSED';

interface FailureData {
  /** A sentence of the server or the page, in its own language. */
  readonly detail?: string;
  readonly limitBytes?: number;
  readonly limit?: number;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Mend themselves: tried again without asking anybody. */
const transient: readonly UploadFailureCode[] = [
  'NETWORK',
  'SERVER',
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
];

/** The same file would fail the same way. */
const permanent: readonly UploadFailureCode[] = [
  'UNSUPPORTED_MEDIA_TYPE',
  'HEIC',
  'EMPTY_FILE',
  'FILE_TOO_LARGE',
  'TOO_MANY_FILES',
  'VALIDATOR',
  'DUPLICATE',
  'UNREADABLE',
];

export class UploadFailure extends Error {
  override readonly name = 'UploadFailure';
  readonly code: UploadFailureCode;
  readonly data: FailureData;
  /** Whether a person's "try again" can help. */
  readonly retryable: boolean;

  constructor(code: UploadFailureCode, data: FailureData = {}, retryable?: boolean) {
    super(data.detail ?? code, { cause: data.cause });
    this.code = code;
    this.data = data;
    this.retryable = retryable ?? !permanent.includes(code);
  }

  get transient(): boolean {
    return transient.includes(this.code);
  }
}
