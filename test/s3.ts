import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  corsRules,
  lifecycleRules,
  publicAccessBlock,
  publicReadPolicy,
  serverPolicy,
} from '../server/storage/policies.ts';
import { createS3Storage, type S3StorageOptions } from '../server/storage/s3.ts';

export interface FreshBucket {
  config: S3StorageOptions & {
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Removes the bucket and all in it. */
  drop(): Promise<void>;
}

/** Why tests that need a bucket are skipped; null when they are not. */
export const noS3Reason = process.env.TEST_S3_ENDPOINT
  ? null
  : 'TEST_S3_ENDPOINT is not set: eval "$(scripts/radosgw.sh start)"';

/**
 * A new bucket, set up as `docs/storage.md` says: CORS for every origin, and
 * `r/*` readable by anyone. In the store that TEST_S3_ENDPOINT, TEST_S3_REGION,
 * TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY name; null without the first.
 *
 * With TEST_S3_SERVER_ARN, TEST_S3_SERVER_ACCESS_KEY_ID and
 * TEST_S3_SERVER_SECRET_ACCESS_KEY the options are those of a second user, who has
 * no right but those of `serverPolicy`.
 */
export async function freshBucket(): Promise<FreshBucket | null> {
  const { TEST_S3_ENDPOINT: endpoint, TEST_S3_SERVER_ARN: serverArn } = process.env;
  if (!endpoint) return null;
  const Bucket = `forecourt-test-${randomUUID()}`;
  const owner = {
    endpoint,
    region: process.env.TEST_S3_REGION ?? 'us-east-1',
    credentials: credentials('TEST_S3'),
    forcePathStyle: true,
  };
  const client = new S3Client(owner);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(
    new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: corsRules(['*']) } }),
  );
  await client.send(
    new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: publicAccessBlock }),
  );
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: { Rules: lifecycleRules },
    }),
  );
  const policy = bucketPolicy(Bucket, serverArn);
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));

  return {
    config: {
      ...owner,
      bucket: Bucket,
      credentials: credentials(serverArn ? 'TEST_S3_SERVER' : 'TEST_S3'),
    },
    async drop() {
      const storage = createS3Storage({ ...owner, bucket: Bucket });
      const keys: string[] = [];
      for await (const { key } of storage.list('')) keys.push(key);
      await storage.delete(keys);
      for await (const multipart of storage.multipart.list('')) {
        await storage.multipart.abort(multipart);
      }
      await storage.close();
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}

/** The environment of a server that keeps its photos in the bucket. */
export function serverEnv({ config }: FreshBucket): Record<string, string> {
  return {
    STORAGE_DRIVER: 's3',
    S3_ENDPOINT: config.endpoint,
    AWS_REGION: config.region,
    VEHICLE_MEDIA_BUCKET: config.bucket,
    S3_FORCE_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
  };
}

function credentials(prefix: string): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: process.env[`${prefix}_ACCESS_KEY_ID`] ?? '',
    secretAccessKey: process.env[`${prefix}_SECRET_ACCESS_KEY`] ?? '',
  };
}

/** Public reading, and what AWS would have in a policy of the server's user. */
function bucketPolicy(bucket: string, serverArn: string | undefined): object {
  const open = publicReadPolicy(bucket);
  if (!serverArn) return open;
  const server = serverPolicy(bucket).Statement.map((statement) => ({
    ...statement,
    Principal: { AWS: [serverArn] },
  }));
  return { ...open, Statement: [...open.Statement, ...server] };
}
