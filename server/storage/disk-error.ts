import { StorageError } from './storage.ts';
import { UploadRefusal } from './upload-refusal.ts';

/** Names what the file system said. Aborts, refusals and mistakes of the caller pass as they are. */
export function diskError(error: unknown): Error {
  if (error instanceof StorageError || error instanceof UploadRefusal) return error;
  if (error instanceof TypeError) return error;
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return error as Error;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fullError(error);
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

export function fullError(cause?: unknown): StorageError {
  return new StorageError('FULL', 'The disk of the storage folder has no room left.', { cause });
}
