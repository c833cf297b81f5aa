import { S3Client } from '@aws-sdk/client-s3';

export interface S3StorageOptions {
  /** `https://host[:port]`; AWS's own for the region when absent. */
  endpoint?: string;
  /** `auto` for Cloudflare R2. */
  region: string;
  bucket: string;
  /** The default chain of the AWS SDK when absent: environment, files, role of the machine. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`; MinIO, Ceph and R2 want it. */
  forcePathStyle?: boolean;
  /** Base of public addresses, such as a CDN in front of the bucket. The bucket's own when absent. */
  mediaBaseUrl?: string;
  /** Whether the store knows `If-None-Match: *` on PUT; `check` finds out when absent. */
  conditionalWrites?: boolean;
  timeouts?: S3Timeouts;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** How long one try of two may take. */
export interface S3Timeouts {
  /** To open a connection. */
  connectMs: number;
  /** Until the answer begins; a write has more, by its size. */
  answerMs: number;
  /** Without a byte, while the store sends or the reader pauses. */
  idleMs: number;
}

export const DEFAULT_TIMEOUTS: S3Timeouts = { connectMs: 1_900, answerMs: 4_000, idleMs: 30_000 };

/** Whoever asked hears of every failure, and logs it; the SDK would warn on the console beside it. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** A client that gives up on a dead store in seconds. */
export function createS3Client({
  endpoint,
  region,
  credentials,
  forcePathStyle,
  timeouts: { connectMs, idleMs } = DEFAULT_TIMEOUTS,
}: S3StorageOptions): S3Client {
  return new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    region,
    // A copy: the SDK writes on what it is given, and a configuration is frozen.
    ...(credentials !== undefined && { credentials: { ...credentials } }),
    forcePathStyle: forcePathStyle ?? false,
    maxAttempts: 2,
    logger: SILENT,
    // Otherwise checksums of nothing get into presigned URLs, which some stores refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A round trip and a connection of its own for every large write.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: idleMs,
      throwOnRequestTimeout: true,
    },
  });
}

/** Where the public finds objects, without a slash at the end: the CDN, else as the SDK itself addresses the bucket. */
export function publicBaseUrl(client: S3Client, options: S3StorageOptions): string {
  return options.mediaBaseUrl?.replace(/\/+$/, '') ?? bucketBaseUrl(client, options);
}

/** Where the bucket itself is, without a slash at the end. */
export function bucketBaseUrl(client: S3Client, options: S3StorageOptions): string {
  const { url } = client.config.endpointProvider({
    Bucket: options.bucket,
    Region: options.region,
    Endpoint: options.endpoint,
    ForcePathStyle: options.forcePathStyle ?? false,
    UseFIPS: false,
    UseDualStack: false,
    Accelerate: false,
    UseGlobalEndpoint: false,
    DisableMultiRegionAccessPoints: false,
    UseArnRegion: false,
  });
  return url.href.replace(/\/+$/, '');
}
