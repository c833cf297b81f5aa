import { StorageError } from './storage.ts';
import { UploadRefusal } from './upload-refusal.ts';

/** Names what the file system said. Aborts, refusals and mistakes of the caller pass as they are. */
export function diskError(error: unknown): Error {
  if (error instanceof StorageError || error instanceof UploadRefusal) return error;
  if (error instanceof TypeError) return error;
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return error as Error;
  if (isDiskFull(error)) return fullError(error);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StorageError('DENIED', 'The storage folder may not be read or written.', {
        cause: error,
      });
    default:
      return new StorageError('UNAVAILABLE', 'The storage folder cannot be used.', {
        cause: error,
      });
  }
}

/** Whether the system said that there is no room left, on the disk or for this user. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function fullError(cause?: unknown): StorageError {
  return new StorageError('FULL', 'The disk of the storage folder has no room left.', { cause });
}
