import type { Upload } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { openGallery } from '../gallery/change-gallery.ts';
import type { UploadScope } from '../gallery/visibility.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { bindKey, findKept, once } from '../idempotency/once.ts';
import type { Storage } from '../storage/storage.ts';
import { claimUpload } from './claim-upload.ts';
import { endUpload, findUpload, requireOpen } from './open-upload.ts';
import type { Parts } from './parts.ts';
import { bytesMismatch } from './stored-bytes.ts';
import { createVerifyUpload } from './verify-upload.ts';

/** Any number of calls, also at once, make one media and one event. */
export type CompleteUpload = (
  scope: UploadScope,
  uploadId: string | null,
  sha256: string | null,
  key?: IdempotencyKey | null,
) => Promise<Upload>;

/** From the client's word that the bytes were sent to their claim. */
export function createCompleteUpload(
  asTenant: Database['asTenant'],
  storage: Storage,
  parts: Parts,
): CompleteUpload {
  const verifyUpload = createVerifyUpload(storage, parts);

  async function done(upload: Upload, key?: IdempotencyKey | null): Promise<Upload> {
    await bindKey(asTenant(upload.dealershipId), key, upload.id);
    return upload;
  }

  /** The key may be tried again: nothing was made under it. */
  async function fail(
    upload: Upload,
    failureCode: string,
    key: IdempotencyKey | null | undefined,
  ): Promise<void> {
    await asTenant(upload.dealershipId).$transaction((tx) =>
      once(tx, key, async () => {
        await openGallery(tx, upload);
        await endUpload(tx, upload, { status: 'FAILED', failureCode });
        return null;
      }),
    );
  }

  return async (scope, uploadId, sha256, key) => {
    const prisma = asTenant(scope.dealershipId);
    await findKept(prisma, key);
    const upload = await findUpload(prisma, scope, uploadId);
    if (upload.status === 'COMPLETED') return done(upload, key);
    await requireOpen(prisma, upload);
    if (sha256 !== null && upload.sha256 !== null && sha256 !== upload.sha256) {
      throw new UserFailure('BYTES_MISMATCH', 'This SHA-256 is not the one that was announced.', {
        field: ['input', 'sha256'],
      });
    }
    await failpoint('completion-asked');
    let hash: string;
    try {
      hash = await verifyUpload(upload);
    } catch (error) {
      // Another call may have claimed, and its worker moved, the bytes in between.
      const meanwhile = await findUpload(prisma, scope, upload.id);
      if (meanwhile.status === 'COMPLETED') return done(meanwhile, key);
      await requireOpen(prisma, meanwhile);
      if (error instanceof UserFailure && error.code === 'BYTES_MISMATCH') {
        await fail(upload, error.code, key);
      }
      throw error;
    }
    if (sha256 !== null && sha256 !== hash) {
      // Nothing else says what the bytes had to be: they must not be adopted without it.
      if (upload.md5 === null && upload.sha256 === null) {
        await fail(upload, 'BYTES_MISMATCH', key);
        throw bytesMismatch('The bytes that arrived are not the ones that were announced.');
      }
      throw new UserFailure(
        'BYTES_MISMATCH',
        'The bytes that arrived have another SHA-256. Complete again with theirs, or without one.',
        { field: ['input', 'sha256'] },
      );
    }
    await failpoint('bytes-checked');
    const claimed = await claimUpload(prisma, upload, hash, key);
    await failpoint('upload-claimed');
    if (claimed.status !== 'COMPLETED') await requireOpen(prisma, claimed);
    return claimed;
  };
}
