import { StorageError, type StorageErrorCode } from './storage.ts';
import { UploadRefusal, type UploadRefusalCode } from './upload-refusal.ts';

export type EndpointFailureCode =
  | UploadRefusalCode
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'RANGE_NOT_SATISFIABLE'
  /** No space left; nothing of the file was kept. */
  | 'STORAGE_FULL'
  | 'STORAGE_UNAVAILABLE';

/** What a client of the disk endpoint is told when it does not get what it asked for. */
export class EndpointFailure extends Error {
  override readonly name = 'EndpointFailure';
  readonly status: number;
  readonly code: EndpointFailureCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: EndpointFailureCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The statuses are those of S3 for the same refusals, except 403 → 400 where S3 finds it out by signature. */
const REFUSED: Readonly<Record<UploadRefusalCode, number>> = {
  SIGNATURE_INVALID: 403,
  URL_EXPIRED: 403,
  LENGTH_REQUIRED: 411,
  SIZE_MISMATCH: 400,
  TYPE_MISMATCH: 400,
  MD5_MISMATCH: 400,
  KEY_USED: 412,
  UPLOAD_OVER: 404,
  TIMED_OUT: 408,
  INTERRUPTED: 400,
};

/** Throws what it does not know: that is a defect, not an answer. */
export function failureOf(error: unknown): EndpointFailure {
  if (error instanceof EndpointFailure) return error;
  if (error instanceof UploadRefusal) {
    const headers: Record<string, string> =
      error.code === 'TIMED_OUT' ? { connection: 'close' } : {};
    return new EndpointFailure(REFUSED[error.code], error.code, error.message, headers);
  }
  if (error instanceof StorageError) return storageFailure(error.code);
  throw error;
}

function storageFailure(code: StorageErrorCode): EndpointFailure {
  if (code === 'FULL') {
    return new EndpointFailure(507, 'STORAGE_FULL', 'The server has no room for this file.');
  }
  return new EndpointFailure(503, 'STORAGE_UNAVAILABLE', 'Storage does not answer: try again.', {
    'retry-after': '5',
  });
}
