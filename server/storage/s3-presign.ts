import { PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { PartGrant } from './multipart.ts';
import type { PutTarget } from './put-target.ts';
import { bucketBaseUrl, type S3StorageOptions } from './s3-client.ts';
import { presignDirectly, type PresignedRequest } from './s3-direct-presign.ts';
import type { UploadGrant } from './storage.ts';

/**
 * Without this list the SDK leaves Content-Type out of the signature, and anyone
 * with the URL may store `text/html`.
 */
const SIGNED = ['content-type', 'content-length', 'content-md5', 'if-none-match'];

/** Signs addresses for one bucket, without the store. */
export interface Presigner {
  /** A PUT whose signature covers type, length and MD5; `once` adds `If-None-Match: *`: the store refuses a second one to the key. */
  put(grant: UploadGrant, options: { once: boolean }): Promise<PutTarget>;
  /**
   * A PUT of one part, whose signature covers its number and length. Its MD5 is
   * not known when it is signed: the whole is verified instead.
   */
  part(grant: PartGrant): Promise<PutTarget>;
}

type Signed = Pick<PresignedRequest, 'key' | 'query' | 'headers' | 'expiresInSeconds' | 'now'>;

/**
 * Signs by itself what the SDK signs in the same way, as the first address
 * shows. Buckets, regions and settings of AWS that want another way are left to
 * the SDK.
 */
export function createPresigner(client: S3Client, options: S3StorageOptions): Presigner {
  const { bucket, region, now = Date.now } = options;
  let bucketUrl: string | undefined;
  /** Unknown until both have signed. */
  let isSame: boolean | undefined;

  async function sign(signed: Signed, bySdk: () => Promise<string>): Promise<string> {
    if (isSame === false) return bySdk();
    bucketUrl ??= bucketBaseUrl(client, options);
    const credentials = await client.config.credentials();
    const url = presignDirectly({ ...signed, bucketUrl, region, credentials });
    if (isSame) return url;
    const referee = await bySdk();
    isSame = url === referee;
    return referee;
  }

  return {
    async put(grant, { once }) {
      const { key, contentType, md5, byteSize, expiresInSeconds } = grant;
      const time = now();
      const headers = {
        'content-type': contentType,
        'content-md5': md5,
        ...(once && { 'if-none-match': '*' }),
      };
      const url = await sign(
        {
          key,
          query: { 'x-id': 'PutObject' },
          headers: { ...headers, 'content-length': String(byteSize) },
          expiresInSeconds,
          now: time,
        },
        () => putBySdk(client, bucket, grant, once, time),
      );
      return {
        url,
        headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
        expiresAt: new Date(time + expiresInSeconds * 1000),
      };
    },

    async part(grant) {
      const { key, multipartId, partNumber, byteSize, expiresInSeconds } = grant;
      const time = now();
      const url = await sign(
        {
          key,
          query: { partNumber: String(partNumber), uploadId: multipartId, 'x-id': 'UploadPart' },
          headers: { 'content-length': String(byteSize) },
          expiresInSeconds,
          now: time,
        },
        () => partBySdk(client, bucket, grant, time),
      );
      return { url, headers: [], expiresAt: new Date(time + expiresInSeconds * 1000) };
    },
  };
}

export function putBySdk(
  client: S3Client,
  bucket: string,
  grant: UploadGrant,
  once: boolean,
  now: number,
): Promise<string> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: grant.key,
    ContentType: grant.contentType,
    ContentLength: grant.byteSize,
    ContentMD5: grant.md5,
    ...(once && { IfNoneMatch: '*' }),
  });
  return getSignedUrl(client, command, {
    expiresIn: grant.expiresInSeconds,
    signableHeaders: new Set(SIGNED),
    signingDate: new Date(now),
  });
}

export function partBySdk(
  client: S3Client,
  bucket: string,
  { key, multipartId, partNumber, byteSize, expiresInSeconds }: PartGrant,
  now: number,
): Promise<string> {
  const command = new UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: multipartId,
    PartNumber: partNumber,
    ContentLength: byteSize,
  });
  return getSignedUrl(client, command, {
    expiresIn: expiresInSeconds,
    signableHeaders: new Set(['content-length']),
    signingDate: new Date(now),
  });
}
