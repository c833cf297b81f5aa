import { createHash } from 'node:crypto';
import type { Upload } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { sniffMediaType } from '../media/media-type.ts';
import { StorageError, type Storage } from '../storage/storage.ts';

const HEAD_BYTES = 4_100;

/** Holds what the store has against what the ticket says. Resolves to the SHA-256, hex. */
export async function checkStoredBytes(storage: Storage, upload: Upload): Promise<string> {
  try {
    const stored = await storage.stat(upload.storageKey);
    if (!stored) throw bytesMissing();
    if (BigInt(stored.byteSize) !== upload.byteSize) {
      throw bytesMismatch(`${upload.byteSize} bytes were announced, ${stored.byteSize} arrived.`);
    }
    // SHA-256 says all that MD5 would, and the store compared that.
    const md5 = upload.md5 === null || upload.sha256 !== null ? null : createHash('md5');
    const sha256 = createHash('sha256');
    const head: Buffer[] = [];
    let received = 0;
    for await (const chunk of await storage.read(upload.storageKey)) {
      const bytes = chunk as Buffer;
      md5?.update(bytes);
      sha256.update(bytes);
      if (received < HEAD_BYTES) head.push(bytes);
      received += bytes.length;
      if (BigInt(received) > upload.byteSize) break;
    }
    const hash = sha256.digest('hex');
    const same =
      BigInt(received) === upload.byteSize &&
      (md5 === null || md5.digest('base64') === upload.md5) &&
      (upload.sha256 === null || upload.sha256 === hash);
    if (!same) throw bytesMismatch('The bytes that arrived are not the ones that were announced.');
    const type = await sniffMediaType(Buffer.concat(head).subarray(0, HEAD_BYTES));
    if (type !== upload.contentType) {
      throw bytesMismatch(
        `The file was announced as ${upload.contentType}, but it is ${type ?? 'something else'}.`,
      );
    }
    return hash;
  } catch (error) {
    if (error instanceof StorageError) throw fromStorage(error);
    throw error;
  }
}

/** Of parts that have not arrived, their numbers. */
export function bytesMissing(partNumbers: readonly number[] = []): UserFailure {
  return new UserFailure(
    'BYTES_MISSING',
    partNumbers.length === 0
      ? 'The file has not arrived in storage. Send it to the upload’s address, then complete again.'
      : `Of this file ${named(partNumbers)} not arrived in storage. Send what is missing, then complete again.`,
    { field: ['input', 'uploadId'], partNumbers },
  );
}

const NAMED_AT_MOST = 10;

function named(numbers: readonly number[]): string {
  if (numbers.length === 1) return `part ${numbers[0]} has`;
  const first = numbers.slice(0, NAMED_AT_MOST).join(', ');
  const more = numbers.length - NAMED_AT_MOST;
  return `the parts ${first}${more > 0 ? ` and ${more} more` : ''} have`;
}

export function bytesMismatch(sentence: string): UserFailure {
  return new UserFailure(
    'BYTES_MISMATCH',
    `${sentence} Ask for a new upload and send the file again.`,
    {
      field: ['input', 'uploadId'],
    },
  );
}

/** What a fault of the store means for whoever waits for the answer. */
export function fromStorage(error: StorageError): Error {
  switch (error.code) {
    case 'NOT_FOUND':
      return bytesMissing();
    case 'FULL':
      return new UserFailure(
        'STORAGE_FULL',
        'Storage is full. Tell the operator; nothing was lost.',
        {
          cause: error,
        },
      );
    case 'UNAVAILABLE':
      return new UserFailure(
        'STORAGE_UNAVAILABLE',
        'Storage does not answer at the moment. Try again; nothing was lost.',
        { cause: error },
      );
    case 'DENIED':
      return error;
  }
}
