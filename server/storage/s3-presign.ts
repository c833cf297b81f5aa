import { PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { PartGrant } from './multipart.ts';
import type { PutTarget } from './put-target.ts';
import type { UploadGrant } from './storage.ts';

/**
 * Without this list the SDK leaves Content-Type out of the signature, and anyone
 * with the URL may store `text/html`.
 */
const SIGNED = ['content-type', 'content-length', 'content-md5', 'if-none-match'];

export interface PresignOptions {
  bucket: string;
  /** Adds `If-None-Match: *`: the store refuses a second PUT to the key. */
  once: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A presigned PUT whose signature covers type, length and MD5. Computed here, without the store. */
export async function presignPut(
  client: S3Client,
  grant: UploadGrant,
  { bucket, once, now }: PresignOptions,
): Promise<PutTarget> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: grant.key,
    ContentType: grant.contentType,
    ContentLength: grant.byteSize,
    ContentMD5: grant.md5,
    ...(once && { IfNoneMatch: '*' }),
  });
  const url = await getSignedUrl(client, command, {
    expiresIn: grant.expiresInSeconds,
    signableHeaders: new Set(SIGNED),
    signingDate: new Date(now),
  });
  return {
    url,
    headers: [
      { name: 'content-type', value: grant.contentType },
      { name: 'content-md5', value: grant.md5 },
      ...(once ? [{ name: 'if-none-match', value: '*' }] : []),
    ],
    expiresAt: new Date(now + grant.expiresInSeconds * 1000),
  };
}

/**
 * A presigned PUT of one part, whose signature covers its number and length.
 * Its MD5 is not known when it is signed: the whole is verified instead.
 */
export async function presignPart(
  client: S3Client,
  { key, multipartId, partNumber, byteSize, expiresInSeconds }: PartGrant,
  { bucket, now }: Omit<PresignOptions, 'once'>,
): Promise<PutTarget> {
  const command = new UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: multipartId,
    PartNumber: partNumber,
    ContentLength: byteSize,
  });
  const url = await getSignedUrl(client, command, {
    expiresIn: expiresInSeconds,
    signableHeaders: new Set(['content-length']),
    signingDate: new Date(now),
  });
  return { url, headers: [], expiresAt: new Date(now + expiresInSeconds * 1000) };
}
