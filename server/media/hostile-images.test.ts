import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreignFiles, pngBomb, pngHeader } from '../../test/foreign-files.ts';
import { startProcessing } from '../../test/image-processing.ts';
import type { ProcessingRig } from '../../test/image-processing.ts';
import { photo } from '../../test/pictures.ts';
import { detailedScene } from '../../test/scene.ts';
import { MEDIA_ERROR_TEXT, MediaFailure } from './image-processor.ts';

const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;

let rig: ProcessingRig;

beforeAll(async () => {
  rig = await startProcessing();
});
afterAll(() => rig.close());

const samples = () =>
  Promise.all(
    FORMATS.map((format) => photo({ width: 240, height: 160, seed: 9, format, orientation: 6 })),
  );

describe('files of other kinds', () => {
  it('are refused as unsupported', async () => {
    const files = await foreignFiles(await detailedScene(64, 48, 1));
    for (const [name, bytes] of Object.entries(files)) {
      await expect(rig.render(bytes), name).rejects.toMatchObject({
        name: 'MediaFailure',
        code: 'UNSUPPORTED_FORMAT',
        retryable: false,
      });
    }
  });

  it('are refused behind the magic bytes of a JPEG too', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    await expect(
      rig.render(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(svg)])),
    ).rejects.toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('decoders', () => {
  it('of other kinds are off in the process that decodes, whatever sniffing says', async () => {
    const { SVG, GIF, TIFF } = await foreignFiles(await detailedScene(64, 48, 1));
    const open = () => Promise.allSettled([SVG, GIF, TIFF].map((one) => sharp(one).metadata()));
    expect((await open()).map((one) => one.status)).toEqual(Array(3).fill('fulfilled'));
    await import('./render-image.ts');
    expect((await open()).map((one) => one.status)).toEqual(Array(3).fill('rejected'));
  });
});

describe('pictures that are cut short', () => {
  it.each(FORMATS)('%s: at any place but the very end they are unreadable', async (format) => {
    const { bytes } = await photo({ width: 600, height: 400, seed: 9, format });
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.98]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      await expect(rig.render(cut), String(share)).rejects.toMatchObject({ code: 'UNREADABLE' });
    }
  });

  it('a progressive JPEG too', async () => {
    const { bytes } = await photo({ width: 600, height: 400, seed: 9 });
    const { renditions } = await rig.render(bytes);
    const progressive = renditions.find((one) => one.format === 'JPEG' && one.width === 600)!.bytes;
    const cut = progressive.subarray(0, Math.floor(progressive.length * 0.7));
    await expect(rig.render(cut)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('bombs', () => {
  it('a few kilobytes of 1 x 4,000,000 pixels are refused by their side', async () => {
    const bomb = pngBomb(1, 4_000_000);
    expect(bomb.length).toBeLessThan(16_000);
    await expect(rig.render(bomb)).rejects.toMatchObject({ code: 'TOO_MANY_PIXELS' });
  });

  it('a header of more than 100 megapixels is refused', async () => {
    await expect(rig.render(pngHeader(10_001, 10_000))).rejects.toMatchObject({
      code: 'TOO_MANY_PIXELS',
    });
    await expect(rig.render(pngHeader(65_535, 65_535))).rejects.toMatchObject({
      code: 'TOO_MANY_PIXELS',
    });
  });

  it('a header that promises pixels that are not there is unreadable', async () => {
    await expect(rig.render(pngHeader(10_000, 10_000))).rejects.toMatchObject({
      code: 'UNREADABLE',
    });
  });

  it('limits are counted on what the owner sets', async () => {
    const small = await startProcessing({ maxPixels: 60_000, maxSide: 350 });
    try {
      const sizes = [
        { width: 300, height: 200 },
        { width: 300, height: 201 },
        { width: 351, height: 10 },
      ];
      const [allowed, large, long] = await Promise.all(
        sizes.map((size) => photo({ ...size, seed: 9, format: 'png' })),
      );
      expect(await small.render(allowed!.bytes)).toMatchObject({ width: 300, height: 200 });
      await expect(small.render(large!.bytes)).rejects.toMatchObject({ code: 'TOO_MANY_PIXELS' });
      await expect(small.render(long!.bytes)).rejects.toMatchObject({ code: 'TOO_MANY_PIXELS' });
    } finally {
      await small.close();
    }
  });
});

describe('mutated pictures', () => {
  it('end as renditions or as a MediaFailure', async () => {
    const originals = (await samples()).map((sample) => sample.bytes);
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      insert: fc.boolean(),
    });
    const mutant = fc
      .tuple(fc.constantFrom(...originals), fc.array(edit, { minLength: 1, maxLength: 6 }))
      .map(([original, edits]) => edits.reduce(applyEdit, original));
    await fc.assert(
      fc.asyncProperty(mutant, async (bytes) => {
        const outcome = await rig.render(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(MediaFailure);
          expect(MEDIA_ERROR_TEXT).toHaveProperty((outcome as MediaFailure).code);
        } else {
          expect(outcome).toMatchObject({ placeholder: expect.any(String) });
        }
      }),
      { numRuns: 300 },
    );
  });
});

function applyEdit(
  original: Buffer,
  { at, bytes, insert }: { at: number; bytes: Uint8Array; insert: boolean },
): Buffer {
  const start = Math.floor(at * original.length);
  const rest = original.subarray(insert ? start : start + bytes.length);
  return Buffer.concat([original.subarray(0, start), bytes, rest]);
}
