import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcessing } from '../../test/image-processing.ts';
import type { ProcessingRig } from '../../test/image-processing.ts';
import { readSegments } from '../../test/jpeg-segments.ts';
import { EXIF_TRACES, photo } from '../../test/pictures.ts';
import type { PhotoOptions } from '../../test/pictures.ts';
import { readWebpChunks } from '../../test/webp-chunks.ts';
import type { ProcessedImage } from './image-processor.ts';

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP13 = 0xed;
const COM = 0xfe;

const ALL_METADATA = {
  width: 700,
  height: 500,
  seed: 5,
  orientation: 6,
  gps: { latitude: 52.5163, longitude: 13.3777 },
  xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- XMP-TRACE --></x:xmpmeta>',
  iptc: 'IPTC-TRACE',
  comment: 'COMMENT-TRACE',
  profile: 'p3',
} satisfies PhotoOptions;
const TRACES = [...EXIF_TRACES, 'XMP-TRACE', 'IPTC-TRACE', 'COMMENT-TRACE'];

let rig: ProcessingRig;

beforeAll(async () => {
  rig = await startProcessing();
});
afterAll(() => rig.close());

function expectPixelsOnly({ renditions }: ProcessedImage, payloads: readonly string[]): void {
  for (const { format, bytes } of renditions) {
    if (format === 'JPEG') {
      const markers = readSegments(bytes).map((segment) => segment.marker);
      expect(markers.filter((marker) => marker >= APP0 && marker < 0xf0)).toEqual([]);
      expect(markers).not.toContain(COM);
      expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
    } else {
      expect(['VP8 ', 'VP8L', 'VP8X', 'ALPH']).toEqual(
        expect.arrayContaining(readWebpChunks(bytes)),
      );
    }
    for (const payload of payloads) expect(bytes.includes(payload), payload).toBe(false);
  }
}

describe('metadata', () => {
  it('is all in the picture that the next test sends', async () => {
    const { bytes } = await photo(ALL_METADATA);
    const markers = readSegments(bytes).map((segment) => segment.marker);
    expect(markers).toEqual(expect.arrayContaining([APP1, APP2, APP13, COM]));
    const { exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
    expect([exif, xmp, iptc, icc]).not.toContain(undefined);
    expect(orientation).toBe(6);
    for (const trace of TRACES) expect(bytes.includes(trace), trace).toBe(true);
  });

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('of a %s is gone', async (format) => {
    const { bytes } = await photo({ ...ALL_METADATA, format });
    expect(bytes.includes(EXIF_TRACES[1])).toBe(true);
    expectPixelsOnly(await rig.render(bytes), TRACES);
  });
});

describe('polyglots', () => {
  const script = '<script>alert("PAYLOAD")</script>';
  const zip = Buffer.from('504b0304PAYLOAD504b0506'.padEnd(40, '\0'), 'latin1');
  const picture = { width: 400, height: 300, seed: 5 };

  it.each(['jpeg', 'png', 'webp'] as const)(
    'a %s that ends in an archive loses it',
    async (format) => {
      const { bytes } = await photo({ ...picture, format });
      expectPixelsOnly(await rig.render(Buffer.concat([bytes, zip])), ['PAYLOAD']);
    },
  );

  it('a JPEG that is a web page in its comment loses it', async () => {
    const { bytes } = await photo({ ...picture, comment: `*/${script}` });
    expect(bytes.indexOf('<script>')).toBeLessThan(100);
    expectPixelsOnly(await rig.render(bytes), ['<script>', 'PAYLOAD']);
  });

  it('a picture whose XMP and caption carry markup loses it', async () => {
    const { bytes } = await photo({ ...picture, xmp: `<x>${script}</x>`, iptc: script });
    expectPixelsOnly(await rig.render(bytes), ['<script>', 'PAYLOAD']);
  });
});
