import { describe, expect, it } from 'vitest';
import { createS3Storage, type S3StorageOptions } from './s3.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret' };
const now = () => Date.UTC(2026, 0, 2, 3, 4, 5);
const grant = {
  key: 'incoming/dealer/upload',
  contentType: 'image/jpeg',
  byteSize: 4_000_000,
  md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
  expiresInSeconds: 900,
};

/** Each store as `docs/storage.md` says to configure it. */
const stores: Record<string, { options: S3StorageOptions; bucketUrl: string; scope: string }> = {
  'AWS S3': {
    options: { region: 'eu-central-1', bucket: 'photos', credentials },
    bucketUrl: 'https://photos.s3.eu-central-1.amazonaws.com',
    scope: 'eu-central-1',
  },
  'AWS S3, a bucket with dots': {
    options: { region: 'us-east-1', bucket: 'photos.dealer.example', credentials },
    bucketUrl: 'https://s3.us-east-1.amazonaws.com/photos.dealer.example',
    scope: 'us-east-1',
  },
  'Cloudflare R2': {
    options: {
      endpoint: 'https://0123456789abcdef.r2.cloudflarestorage.com',
      region: 'auto',
      bucket: 'photos',
      credentials,
      forcePathStyle: true,
    },
    bucketUrl: 'https://0123456789abcdef.r2.cloudflarestorage.com/photos',
    scope: 'auto',
  },
  MinIO: {
    options: {
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      bucket: 'photos',
      credentials,
      forcePathStyle: true,
    },
    bucketUrl: 'http://127.0.0.1:9000/photos',
    scope: 'us-east-1',
  },
  Ceph: {
    options: {
      endpoint: 'https://ceph.dealer.example:7480',
      region: 'default',
      bucket: 'photos',
      credentials,
      forcePathStyle: true,
    },
    bucketUrl: 'https://ceph.dealer.example:7480/photos',
    scope: 'default',
  },
  'an endpoint with virtual hosts': {
    options: {
      endpoint: 'https://s3.dealer.example',
      region: 'us-east-1',
      bucket: 'photos',
      credentials,
    },
    bucketUrl: 'https://photos.s3.dealer.example',
    scope: 'us-east-1',
  },
};

describe.each(Object.entries(stores))('a presigned PUT for %s', (_, { options, ...expected }) => {
  it('has its URL form, and signs type, length, MD5 and the condition', async () => {
    const storage = createS3Storage({ ...options, now });
    const target = await storage.createUpload(grant);
    const url = new URL(target.url);
    expect(url.origin + url.pathname).toBe(`${expected.bucketUrl}/${grant.key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': `AKIDEXAMPLE/20260102/${expected.scope}/s3/aws4_request`,
      'X-Amz-Date': '20260102T030405Z',
      'X-Amz-Expires': '900',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'X-Amz-SignedHeaders': 'content-length;content-md5;content-type;host;if-none-match',
      'x-id': 'PutObject',
    });
    expect(target.headers).toEqual([
      { name: 'content-type', value: 'image/jpeg' },
      { name: 'content-md5', value: '1B2M2Y8AsgTpgAmY7PhCfg==' },
      { name: 'if-none-match', value: '*' },
    ]);
    expect(target.expiresAt).toEqual(new Date(now() + 900_000));
  });

  it('has one like it for every part, which signs its number, its upload and its length', async () => {
    const storage = createS3Storage({ ...options, now });
    const target = await storage.multipart.createPartUpload({
      key: grant.key,
      multipartId: '2~abc',
      partNumber: 12,
      byteSize: 8_388_608,
      expiresInSeconds: 900,
    });
    const url = new URL(target.url);
    expect(url.origin + url.pathname).toBe(`${expected.bucketUrl}/${grant.key}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': `AKIDEXAMPLE/20260102/${expected.scope}/s3/aws4_request`,
      'X-Amz-Date': '20260102T030405Z',
      'X-Amz-Expires': '900',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'X-Amz-SignedHeaders': 'content-length;host',
      partNumber: '12',
      uploadId: '2~abc',
      'x-id': 'UploadPart',
    });
    expect(target.headers).toEqual([]);
    expect(target.expiresAt).toEqual(new Date(now() + 900_000));
  });

  it('stands beside a public address of the same form', () => {
    const key = 'r/0123abcd/640.webp';
    const storage = createS3Storage(options);
    expect(storage.publicUrl(key)).toBe(`${expected.bucketUrl}/${key}`);
    expect(storage.origins).toEqual([new URL(expected.bucketUrl).origin]);
  });
});

describe('S3 options', () => {
  const options = stores['AWS S3']!.options;

  it('leave the condition out for a store that does not know it', async () => {
    const storage = createS3Storage({ ...options, conditionalWrites: false });
    const target = await storage.createUpload(grant);
    expect(new URL(target.url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-md5;content-type;host',
    );
    expect(target.headers.map(({ name }) => name)).toEqual(['content-type', 'content-md5']);
  });

  it('put the address of a CDN before public keys', () => {
    for (const mediaBaseUrl of ['https://cdn.dealer.example', 'https://cdn.dealer.example/']) {
      const storage = createS3Storage({ ...options, mediaBaseUrl });
      expect(storage.publicUrl('r/a/320.webp')).toBe('https://cdn.dealer.example/r/a/320.webp');
    }
  });

  it('may be frozen, as a configuration is', async () => {
    const frozen = Object.freeze({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret' });
    const storage = createS3Storage({ ...options, credentials: frozen });
    expect((await storage.createUpload(grant)).url).toContain('X-Amz-Signature=');
  });

  it('carry a session token into the signature', async () => {
    const storage = createS3Storage({
      ...options,
      credentials: { ...credentials, sessionToken: 'temporary' },
    });
    const { url } = await storage.createUpload(grant);
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('temporary');
  });
});
