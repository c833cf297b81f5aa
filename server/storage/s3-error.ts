import { S3ServiceException } from '@aws-sdk/client-s3';
import { StorageError, type StorageErrorCode } from './storage.ts';

const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
const BUSY = new Set([
  'SlowDown',
  'RequestTimeout',
  'TooManyRequestsException',
  'Throttling',
  // Somebody else is at the same upload: a part came again, or it is being completed.
  'InvalidPart',
  'OperationAborted',
]);
const ABSENT = new Set(['NoSuchKey', 'NoSuchUpload']);

/** Names what the SDK threw. Aborts and mistakes of the caller pass as they are. */
export function s3Error(error: unknown): Error {
  if (error instanceof StorageError || error instanceof TypeError) return error;
  const { name, message } = error as Error;
  if (name === 'AbortError') return error as Error;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    return storageError(codeFor(name, status), `${status} ${name}`, error);
  }
  if (name === 'CredentialsProviderError') return storageError('DENIED', message, error);
  return storageError('UNAVAILABLE', (error as NodeJS.ErrnoException).code ?? name, error);
}

function codeFor(name: string, status: number): StorageErrorCode {
  if (ABSENT.has(name)) return 'NOT_FOUND';
  if (FULL.has(name) || status === 507) return 'FULL';
  if (BUSY.has(name) || status === 429 || status >= 500 || status === 0) return 'UNAVAILABLE';
  // The rest of 3xx and 4xx: wrong bucket, region, key, clock or policy.
  return 'DENIED';
}

const SENTENCES: Readonly<Record<StorageErrorCode, string>> = {
  NOT_FOUND: 'There is no such object',
  UNAVAILABLE: 'The object store does not answer',
  FULL: 'The object store has no room left',
  DENIED: 'The object store refuses: check bucket, region, credentials, policy and clock',
};

function storageError(code: StorageErrorCode, detail: string, cause: unknown): StorageError {
  return new StorageError(code, `${SENTENCES[code]} (${detail}).`, { cause });
}

/** Runs what asks the store; rejects as {@link s3Error} names it. */
export async function attemptS3<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw s3Error(error);
  }
}

/** Null for what is not there. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const named = s3Error(error);
    // HEAD has no body that would name what is absent.
    if ((error as Error).name === 'NotFound') return null;
    if (named instanceof StorageError && named.code === 'NOT_FOUND') return null;
    throw named;
  }
}
