import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  createS3Client,
  DEFAULT_TIMEOUTS,
  bucketBaseUrl,
  publicBaseUrl,
  type S3StorageOptions,
} from './s3-client.ts';
import { hasConditionalWrites } from './s3-conditional-writes.ts';
import { attemptS3, orNull, s3Error } from './s3-error.ts';
import { createS3Multipart } from './s3-multipart.ts';
import { createPresigner } from './s3-presign.ts';
import { IMMUTABLE, StorageError, type Storage } from './storage.ts';
import { assertPublicKey, assertStorageKey, isPublicKey } from './storage-key.ts';
import { translatedStream } from './translated-stream.ts';
import { assertMediaType, assertUploadGrant } from './upload-grant.ts';
import { measureBody } from './write-body.ts';

export type { S3StorageOptions } from './s3-client.ts';

const WRITE_BYTES_PER_MS = 500;
const DELETES_AT_ONCE = 16;

/** Objects in a bucket of AWS S3, Cloudflare R2, MinIO, Ceph or another store that speaks S3. */
export function createS3Storage(options: S3StorageOptions): Storage {
  const { bucket: Bucket, now = Date.now } = options;
  const client = createS3Client(options);
  const presigner = createPresigner(client, options);
  const publicBase = publicBaseUrl(client, options);
  const { answerMs } = options.timeouts ?? DEFAULT_TIMEOUTS;
  let conditionalWrites = options.conditionalWrites;

  const within = (signal?: AbortSignal, requestTimeout = answerMs) => ({
    ...(signal !== undefined && { abortSignal: signal }),
    requestTimeout,
  });

  return {
    driver: 's3',
    origins: [
      ...new Set([publicBase, bucketBaseUrl(client, options)].map((url) => new URL(url).origin)),
    ],

    createUpload: (grant) =>
      attemptS3(() => {
        assertUploadGrant(grant);
        return presigner.put(grant, { once: conditionalWrites ?? true });
      }),

    multipart: createS3Multipart(client, presigner, { bucket: Bucket, answerMs, now }),

    stat: (key) =>
      attemptS3(async () => {
        assertStorageKey(key);
        const found = await orNull(
          client.send(new HeadObjectCommand({ Bucket, Key: key }), within()),
        );
        if (found === null) return null;
        return {
          key,
          byteSize: found.ContentLength ?? 0,
          contentType: found.ContentType ?? null,
          lastModified: found.LastModified ?? new Date(0),
        };
      }),

    read: (key, { signal } = {}) =>
      attemptS3(async () => {
        assertStorageKey(key);
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket, Key: key }),
          within(signal),
        );
        if (!(Body instanceof Readable)) throw new StorageError('UNAVAILABLE', 'No body came.');
        return translatedStream(Body, s3Error);
      }),

    write: (key, body, { contentType, cacheControl, signal }) =>
      attemptS3(async () => {
        assertStorageKey(key);
        assertMediaType(contentType);
        const { byteSize, md5, open } = await measureBody(body);
        const bytes = open();
        try {
          await client.send(
            new PutObjectCommand({
              Bucket,
              Key: key,
              Body: bytes,
              ContentType: contentType,
              ContentLength: byteSize,
              ContentMD5: md5.toString('base64'),
              CacheControl: cacheControl ?? (isPublicKey(key) ? IMMUTABLE : undefined),
            }),
            within(signal, answerMs + byteSize / WRITE_BYTES_PER_MS),
          );
        } finally {
          if (bytes instanceof Readable) bytes.destroy();
        }
      }),

    // One by one: several stores have no DeleteObjects, or want a checksum that others refuse.
    delete: (keys) =>
      attemptS3(async () => {
        keys.forEach(assertStorageKey);
        const rest = keys.values();
        const worker = async () => {
          for (const Key of rest) {
            await orNull(client.send(new DeleteObjectCommand({ Bucket, Key }), within()));
          }
        };
        await Promise.all(Array.from({ length: Math.min(DELETES_AT_ONCE, keys.length) }, worker));
      }),

    async *list(prefix) {
      let after: string | undefined;
      do {
        const page = await attemptS3(() =>
          client.send(
            new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken: after }),
            within(),
          ),
        );
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          yield {
            key: Key ?? '',
            byteSize: Size ?? 0,
            contentType: null,
            lastModified: LastModified ?? new Date(0),
          };
        }
        after = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (after !== undefined);
    },

    publicBase: `${publicBase}/`,

    publicUrl(key) {
      assertPublicKey(key);
      return `${publicBase}/${key}`;
    },

    check: (signal) =>
      attemptS3(async () => {
        const bucket = await orNull(client.send(new HeadBucketCommand({ Bucket }), within(signal)));
        if (bucket === null) throw new StorageError('DENIED', `There is no bucket ${Bucket}.`);
        conditionalWrites ??= await hasConditionalWrites(client, Bucket);
      }),

    async close() {
      client.destroy();
    },
  };
}
