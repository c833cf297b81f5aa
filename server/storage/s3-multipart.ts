import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type Part,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Multipart, MultipartStorage } from './multipart.ts';
import { attemptS3, orNull } from './s3-error.ts';
import type { Presigner } from './s3-presign.ts';
import { StorageError } from './storage.ts';
import { assertMediaType, assertPartGrant, assertUploadKey } from './upload-grant.ts';

const JOIN_MS_PER_PART = 20;

export interface S3MultipartOptions {
  bucket: string;
  /** Until an answer begins. */
  answerMs: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Uploads in parts, as S3 has them. */
export function createS3Multipart(
  client: S3Client,
  presigner: Presigner,
  { bucket: Bucket, answerMs, now }: S3MultipartOptions,
): MultipartStorage {
  const within = (requestTimeout = answerMs) => ({ requestTimeout });

  const listParts = async ({ key, multipartId }: Multipart): Promise<Part[]> => {
    const parts: Part[] = [];
    let after: string | undefined;
    do {
      const page = await client.send(
        new ListPartsCommand({ Bucket, Key: key, UploadId: multipartId, PartNumberMarker: after }),
        within(),
      );
      parts.push(...(page.Parts ?? []));
      after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (after !== undefined);
    return parts;
  };

  return {
    start: (key, contentType) =>
      attemptS3(async () => {
        assertUploadKey(key);
        assertMediaType(contentType);
        const { UploadId } = await client.send(
          new CreateMultipartUploadCommand({ Bucket, Key: key, ContentType: contentType }),
          within(),
        );
        if (UploadId === undefined) throw new StorageError('UNAVAILABLE', 'No upload id came.');
        return UploadId;
      }),

    createPartUpload: (grant) =>
      attemptS3(() => {
        assertPartGrant(grant);
        return presigner.part(grant);
      }),

    parts: (multipart) =>
      attemptS3(async () => {
        const parts = await orNull(listParts(multipart));
        return (
          parts?.map(({ PartNumber, Size }) => ({
            partNumber: PartNumber ?? 0,
            byteSize: Size ?? 0,
          })) ?? null
        );
      }),

    // Every part that is there has to be named: Ceph refuses to leave any out.
    complete: ({ key, multipartId }) =>
      attemptS3(async () => {
        const parts = await orNull(listParts({ key, multipartId }));
        const done =
          parts !== null &&
          parts.length > 0 &&
          (await orNull(
            client.send(
              new CompleteMultipartUploadCommand({
                Bucket,
                Key: key,
                UploadId: multipartId,
                MultipartUpload: {
                  Parts: parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
                },
              }),
              within(answerMs + parts.length * JOIN_MS_PER_PART),
            ),
          )) !== null;
        if (done) return;
        const object = await orNull(
          client.send(new HeadObjectCommand({ Bucket, Key: key }), within()),
        );
        if (object === null) {
          throw new StorageError('NOT_FOUND', `There are no parts and there is no object ${key}.`);
        }
      }),

    abort: ({ key, multipartId }) =>
      attemptS3(async () => {
        await orNull(
          client.send(
            new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: multipartId }),
            within(),
          ),
        );
      }),

    async *list(prefix) {
      let after: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
      while (after !== null) {
        const from: { KeyMarker?: string; UploadIdMarker?: string } = after;
        const page = await attemptS3(() =>
          client.send(
            new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...from }),
            within(),
          ),
        );
        for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
          yield {
            key: Key ?? '',
            multipartId: UploadId ?? '',
            startedAt: Initiated ?? new Date(now()),
          };
        }
        after = page.IsTruncated
          ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          : null;
      }
    },
  };
}
