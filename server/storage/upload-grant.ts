import type { PartGrant } from './multipart.ts';
import type { UploadGrant } from './storage.ts';
import { assertStorageKey, PUBLIC_PREFIX } from './storage-key.ts';

/** The longest life of a presigned URL that S3 signs. */
export const MAX_URL_SECONDS = 604_800;

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,63}\/[\w!#$&^.+-]{1,63}$/;
const MD5 = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** Of S3. */
const MAX_PART_NUMBER = 10_000;

/** Throws a TypeError for a grant that no store could keep. */
export function assertUploadGrant(grant: UploadGrant): void {
  assertUploadKey(grant.key);
  assertMediaType(grant.contentType);
  assertBounds(grant);
  if (!MD5.test(grant.md5)) throw new TypeError(`Not a base64 MD5: ${grant.md5}.`);
}

/** Throws a TypeError for a grant that no store could keep. */
export function assertPartGrant(grant: PartGrant): void {
  assertUploadKey(grant.key);
  assertBounds(grant);
  const { partNumber } = grant;
  if (!Number.isSafeInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw new TypeError(`Parts have numbers from 1 to ${MAX_PART_NUMBER}, not ${partNumber}.`);
  }
}

export function assertUploadKey(key: string): void {
  assertStorageKey(key);
  if (key.startsWith(PUBLIC_PREFIX)) {
    throw new TypeError(`Uploads never land under ${PUBLIC_PREFIX}: ${key}.`);
  }
}

function assertBounds({ byteSize, expiresInSeconds }: UploadGrant | PartGrant): void {
  if (!Number.isSafeInteger(byteSize) || byteSize < 1) {
    throw new TypeError(`Not a number of bytes: ${byteSize}.`);
  }
  const seconds = expiresInSeconds;
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > MAX_URL_SECONDS) {
    throw new TypeError(`A URL lives 1 to ${MAX_URL_SECONDS} seconds, not ${seconds}.`);
  }
}

export function assertMediaType(contentType: string): void {
  if (!MEDIA_TYPE.test(contentType)) throw new TypeError(`Not a media type: ${contentType}.`);
}
