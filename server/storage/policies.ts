import { PUBLIC_PREFIX } from './storage-key.ts';

/** What a bucket must allow, as JSON to give to the store. `docs/storage.md` shows the same. */
export interface CorsRule {
  AllowedOrigins: string[];
  AllowedMethods: string[];
  AllowedHeaders: string[];
  ExposeHeaders: string[];
  MaxAgeSeconds: number;
}

export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: PolicyStatement[];
}

export interface PolicyStatement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal?: '*';
  Action: string[];
  Resource: string[];
}

/**
 * Lets pages send what an upload URL was signed for, and read renditions.
 * Origins are `https://host` without a path, or `*`: the URL is the permission.
 */
export function corsRules(origins: readonly string[]): CorsRule[] {
  return [
    {
      AllowedOrigins: [...origins],
      AllowedMethods: ['GET', 'HEAD', 'PUT'],
      AllowedHeaders: ['content-type', 'content-md5', 'if-none-match', 'range'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3600,
    },
  ];
}

/** Bucket policy: anyone may read renditions, and nothing else; not even list them. */
export function publicReadPolicy(bucket: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'PublicRenditions',
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:GetObject'],
        Resource: [`arn:aws:s3:::${bucket}/${PUBLIC_PREFIX}*`],
      },
    ],
  };
}

/**
 * Keeps ACLs from opening what the policy keeps closed: on Ceph an upload URL sent
 * with the unsigned header `x-amz-acl: public-read` otherwise makes its object
 * public. `BlockPublicAcls` would say it sooner, but with it Ceph 16 refuses every
 * PUT to a bucket whose policy lets the public read anything.
 */
export const publicAccessBlock = {
  BlockPublicAcls: false,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

/**
 * Frees the room of uploads in parts that nobody ended. The server does so itself;
 * this is for when there is no server any more. No ticket lives longer than a week.
 */
export const lifecycleRules = [
  {
    ID: 'UnfinishedUploads',
    Status: 'Enabled' as const,
    Filter: { Prefix: 'incoming/' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  },
];

/** For the user or role of the server: everything it does, and no more. */
export function serverPolicy(bucket: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: [
          's3:GetObject',
          's3:PutObject',
          's3:DeleteObject',
          's3:ListMultipartUploadParts',
          's3:AbortMultipartUpload',
        ],
        Resource: [`arn:aws:s3:::${bucket}/*`],
      },
      {
        Sid: 'Listing',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
    ],
  };
}
