import { describe, expect, it } from 'vitest';
import type { ApiError } from '../api-error.ts';
import { parseManifest } from './parse-manifest.ts';

const url = 'https://cdn.example/cars/roadster.json';
const rendition = { url: 'front.jpg', width: 640, height: 480, format: 'JPEG' };

const withMedia = (...nodes: unknown[]) => ({ vehicle: { media: { nodes } } });

describe('parseManifest', () => {
  it('needs no more than the addresses and sizes of photos', () => {
    expect(parseManifest(withMedia({ renditions: [rendition] }), url)).toMatchObject({
      id: url,
      title: null,
      mediaVersion: 0,
      mediaCursor: null,
      status: 'PUBLISHED',
      media: [
        {
          id: '0',
          kind: 'IMAGE',
          status: 'READY',
          position: 0,
          alt: null,
          groupKey: null,
          renditions: [{ ...rendition, url: 'https://cdn.example/cars/front.jpg' }],
        },
      ],
    });
  });

  it('takes the answer of the API as it is', () => {
    const data = withMedia({ id: 'a', kind: 'VIDEO', alt: 'A walk around', renditions: null });
    expect(parseManifest({ data }, url).media).toMatchObject([
      { id: 'a', kind: 'VIDEO', alt: 'A walk around', renditions: [] },
    ]);
  });

  it('takes videos with their sources', () => {
    const source = { url: 'walk.mp4', codecs: null };
    const data = withMedia({ kind: 'VIDEO', durationMs: 7_000, sources: [source] });
    expect(parseManifest(data, url).media).toMatchObject([
      {
        durationMs: 7_000,
        sources: [
          { url: 'https://cdn.example/cars/walk.mp4', contentType: 'video/mp4', codecs: null },
        ],
      },
    ]);
  });

  it('has no vehicle where the API found none', () => {
    expect(() => parseManifest({ data: { vehicle: null } }, url)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });

  it.each([
    [null, 'The manifest is not an object.'],
    [[], 'The manifest is not an object.'],
    [{}, 'vehicle is not an object.'],
    [{ vehicle: {} }, 'media is not an object.'],
    [{ vehicle: { media: {} } }, 'media.nodes is not a list.'],
    [{ vehicle: { media: { nodes: [] }, year: 'new' } }, 'year is not a number.'],
    [{ vehicle: { media: { nodes: [] }, price: 7 } }, 'price is not an object.'],
    [
      { vehicle: { media: { nodes: [] }, condition: 'fair' } },
      'condition is not NEW, USED, CERTIFIED.',
    ],
    [withMedia('a.jpg'), 'media.nodes[0] is not an object.'],
    [withMedia({ alt: 7 }), 'media.nodes[0].alt is not a text.'],
    [
      withMedia({ renditions: [rendition] }, { renditions: [{ ...rendition, format: 'GIF' }] }),
      'media.nodes[1].renditions[0].format is not WEBP, JPEG, AVIF.',
    ],
    [
      withMedia({ renditions: [{ ...rendition, url: undefined }] }),
      'media.nodes[0].renditions[0].url is not an address.',
    ],
    [
      withMedia({ renditions: [{ ...rendition, url: 'http://[' }] }),
      'media.nodes[0].renditions[0].url is not an address.',
    ],
  ])('says where %j is wrong', (manifest, message) => {
    let error: ApiError | undefined;
    try {
      parseManifest(manifest, url);
    } catch (thrown) {
      error = thrown as ApiError;
    }
    expect(error).toMatchObject({
      name: 'ApiError',
      code: 'BAD_MANIFEST',
      retryable: false,
      message,
    });
  });
});
