import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';

/**
 * Whether the store refuses a second PUT with `If-None-Match: *`, found out with
 * an empty object. Swift answers 501; others might take the header and ignore it.
 */
export async function hasConditionalWrites(client: S3Client, bucket: string): Promise<boolean> {
  const Key = `incoming/.check-${randomUUID()}`;
  const put = () =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key,
        Body: Buffer.alloc(0),
        ContentLength: 0,
        IfNoneMatch: '*',
      }),
    );
  try {
    await put();
  } catch (error) {
    if (statusOf(error) === 501) return false;
    throw error;
  }
  try {
    await put();
    return false;
  } catch (error) {
    if (statusOf(error) === 412) return true;
    throw error;
  } finally {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
