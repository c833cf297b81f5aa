import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const SECONDS = 900;
/** Nobody listens there: addresses are signed without the store. */
const client = new S3Client({
  endpoint: 'http://127.0.0.1:9',
  region: 'us-east-1',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'a-secret' },
});
const SIGNED = new Set(['content-length', 'content-md5', 'content-type', 'host', 'if-none-match']);

/** Where these bytes go, by the SDK. */
export async function putTarget(key, { contentType, byteSize, md5 }) {
  const command = new PutObjectCommand({
    Bucket: 'photos',
    Key: key,
    ContentType: contentType,
    ContentLength: byteSize,
    ContentMD5: md5,
    IfNoneMatch: '*',
  });
  return {
    url: await getSignedUrl(client, command, { expiresIn: SECONDS, signableHeaders: SIGNED }),
    headers: [
      { name: 'content-type', value: contentType },
      { name: 'content-md5', value: md5 },
      { name: 'if-none-match', value: '*' },
    ],
    expiresAt: new Date(Date.now() + SECONDS * 1_000),
  };
}

/** A day from now, when a ticket ends. */
export const endOfTicket = () => new Date(Date.now() + 86_400_000);
