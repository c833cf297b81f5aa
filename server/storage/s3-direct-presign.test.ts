import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketBaseUrl, createS3Client, type S3StorageOptions } from './s3-client.ts';
import { presignDirectly } from './s3-direct-presign.ts';
import { createPresigner, partBySdk, putBySdk } from './s3-presign.ts';

const text = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
const WORD = 'abcXYZ019';

const places: fc.Arbitrary<Omit<S3StorageOptions, 'credentials'>> = fc.record({
  bucket: fc.constantFrom('photos', 'photos.dealer.example', 'a-1'),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'auto', 'default', 'cn-north-1'),
  endpoint: fc.constantFrom(
    undefined,
    'http://localhost:9000',
    'https://ceph.dealer.example:7480',
    'https://s3.dealer.example/',
    'https://dealer.example:443/storage',
  ),
  forcePathStyle: fc.boolean(),
});
const credentials = fc.record({
  accessKeyId: text(`${WORD}/+=`, 1, 20),
  secretAccessKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  sessionToken: fc.option(text(`${WORD}/+= !'()*~&%é`, 1, 30), { nil: undefined }),
});
const key = fc
  .array(text(`${WORD}-_`, 1, 12), { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'));
const grant = fc.record({
  key,
  contentType: fc.constantFrom('image/jpeg', 'image/svg+xml', 'video/mp4', 'a!#$&^.+-/b'),
  byteSize: fc.integer({ min: 1, max: 2 ** 40 }),
  md5: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((md5) => Buffer.from(md5).toString('base64')),
  expiresInSeconds: fc.integer({ min: 1, max: 604_800 }),
});
const part = fc.record({
  key,
  multipartId: text(`${WORD}~._-+/=`, 1, 40),
  partNumber: fc.integer({ min: 1, max: 10_000 }),
  byteSize: fc.integer({ min: 1, max: 2 ** 40 }),
  expiresInSeconds: fc.integer({ min: 1, max: 604_800 }),
});
const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.getTime());
const RUNS = { seed: 20_261_122, numRuns: 150 };

describe('an address that is signed without the SDK', () => {
  it('is the one that the SDK signs, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        places,
        credentials,
        grant,
        part,
        fc.boolean(),
        time,
        async (place, who, put, piece, once, now) => {
          const options = { ...place, credentials: who };
          const client = createS3Client(options);
          const shared = {
            bucketUrl: bucketBaseUrl(client, options),
            region: place.region,
            credentials: who,
            now,
          };
          expect(
            presignDirectly({
              ...shared,
              ...put,
              query: { 'x-id': 'PutObject' },
              headers: {
                'content-type': put.contentType,
                'content-md5': put.md5,
                'content-length': String(put.byteSize),
                ...(once && { 'if-none-match': '*' }),
              },
            }),
          ).toBe(await putBySdk(client, place.bucket, put, once, now));
          expect(
            presignDirectly({
              ...shared,
              ...piece,
              query: {
                partNumber: String(piece.partNumber),
                uploadId: piece.multipartId,
                'x-id': 'UploadPart',
              },
              headers: { 'content-length': String(piece.byteSize) },
            }),
          ).toBe(await partBySdk(client, place.bucket, piece, now));
        },
      ),
      RUNS,
    );
  });
});

describe('a presigner', () => {
  const now = () => Date.UTC(2026, 0, 2);
  const who = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret' };
  const [one, other] = fc.sample(grant, { seed: 1, numRuns: 2 }) as [
    Parameters<typeof putBySdk>[2],
    Parameters<typeof putBySdk>[2],
  ];

  it.each([
    ['a store like others', {}],
    ['a region with a name of its own', { region: 'fips-us-east-1' }],
  ])('gives what the SDK signs for %s, the first time and later', async (_, change) => {
    const options = { region: 'us-east-1', bucket: 'photos', credentials: who, now, ...change };
    const client = createS3Client(options);
    const presigner = createPresigner(client, options);
    for (const each of [one, other, one]) {
      const { url } = await presigner.put(each, { once: true });
      expect(url).toBe(await putBySdk(client, 'photos', each, true, now()));
    }
  });

  it('asks the SDK once, where it signs the same', async () => {
    const options = { region: 'us-east-1', bucket: 'photos', credentials: who, now };
    const client = createS3Client(options);
    const presigner = createPresigner(client, options);
    await presigner.put(one, { once: true });
    const { middlewareStack } = client;
    let asked = 0;
    client.middlewareStack = new Proxy(middlewareStack, {
      get: (stack, name) => {
        if (name === 'clone') asked += 1;
        return Reflect.get(stack, name) as unknown;
      },
    });
    await presigner.put(other, { once: true });
    expect(asked).toBe(0);
    await putBySdk(client, 'photos', other, true, now());
    expect(asked).toBe(1);
  });
});
