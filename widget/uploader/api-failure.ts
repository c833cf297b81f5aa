import { ApiError } from '../api/api-error.ts';
import { UploadFailure, type UploadFailureCode } from './queue/upload-failure.ts';

/** An entry of a payload's `userErrors`, with what its implementors add. */
export interface UserError {
  readonly __typename?: string;
  readonly code: string;
  readonly message: string;
  readonly limitBytes?: number;
  readonly retryAfterSeconds?: number;
  readonly currentVersion?: number;
  readonly currentOrder?: readonly string[];
}

const sameName: readonly string[] = [
  'UNSUPPORTED_MEDIA_TYPE',
  'EMPTY_FILE',
  'FILE_TOO_LARGE',
  'RATE_LIMITED',
  'STORAGE_UNAVAILABLE',
  'STORAGE_FULL',
  'QUOTA_EXCEEDED',
  'UPLOAD_EXPIRED',
  'UPLOAD_CANCELLED',
  'BYTES_MISSING',
  'BYTES_MISMATCH',
  'NOT_FOUND',
] satisfies UploadFailureCode[];

const byApiCode: Readonly<Record<ApiError['code'], UploadFailureCode>> = {
  NETWORK: 'NETWORK',
  BAD_RESPONSE: 'SERVER',
  SERVER: 'SERVER',
  RATE_LIMITED: 'RATE_LIMITED',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  BAD_USER_INPUT: 'REFUSED',
  SETUP: 'REFUSED',
  BAD_MANIFEST: 'REFUSED',
};

export function failureOfUserError(error: UserError): UploadFailure {
  const { code, message, limitBytes, retryAfterSeconds } = error;
  return new UploadFailure(sameName.includes(code) ? (code as UploadFailureCode) : 'REFUSED', {
    detail: message,
    limitBytes,
    retryAfterMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000,
  });
}

/** Whatever was thrown, as a failure of this folder. */
export function failureOf(error: unknown): UploadFailure {
  if (error instanceof UploadFailure) return error;
  if (error instanceof ApiError) {
    const { retryAfterSeconds } = error;
    return new UploadFailure(byApiCode[error.code], {
      detail: error.code === 'BAD_USER_INPUT' ? error.message : undefined,
      retryAfterMs: retryAfterSeconds === null ? undefined : retryAfterSeconds * 1_000,
      cause: error,
    });
  }
  return new UploadFailure('REFUSED', { cause: error });
}
