import type { Upload } from '../../generated/prisma/client.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import { isInParts, type Parts } from './parts.ts';
import { checkStoredBytes, fromStorage } from './stored-bytes.ts';

/**
 * Puts the parts together where there are parts, and holds the whole against
 * what the ticket says. Resolves to the SHA-256, hex. However many ask about one
 * upload at a time, its bytes are read once.
 */
export function createVerifyUpload(
  storage: Storage,
  parts: Parts,
): (upload: Upload) => Promise<string> {
  const verifying = new Map<string, Promise<string>>();

  async function verify(upload: Upload): Promise<string> {
    try {
      if (isInParts(upload)) await parts.join(upload);
    } catch (error) {
      throw error instanceof StorageError ? fromStorage(error) : error;
    }
    return checkStoredBytes(storage, upload);
  }

  function begin(upload: Upload): Promise<string> {
    const hash = verify(upload).finally(() => verifying.delete(upload.id));
    verifying.set(upload.id, hash);
    return hash;
  }

  return async (upload) => {
    // What began before this call may have missed what came since, so only its success counts.
    const earlier = await verifying.get(upload.id)?.catch(() => null);
    return earlier ?? verifying.get(upload.id) ?? begin(upload);
  };
}
