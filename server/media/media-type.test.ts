import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { apng, foreignFiles, pngWith } from '../../test/foreign-files.ts';
import { photo } from '../../test/pictures.ts';
import { detailedScene } from '../../test/scene.ts';
import type { Scene } from '../../test/scene.ts';
import { IMAGE_TYPES, isImageType, SNIFF_BYTES, sniffMediaType } from './media-type.ts';

const sniff = (bytes: Buffer) => sniffMediaType(bytes.subarray(0, SNIFF_BYTES));
let scene: Scene;

beforeAll(async () => {
  scene = await detailedScene(64, 48, 1);
});

describe('sniffMediaType', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('knows a %s by its bytes', async (format) => {
    const { bytes } = await photo({ width: 300, height: 200, seed: 1, format });
    expect(await sniff(bytes)).toBe(`image/${format}`);
    expect(IMAGE_TYPES).toContain(`image/${format}`);
  });

  it('takes an animated PNG for a PNG', async () => {
    expect(await sniff(apng(scene, scene))).toBe('image/png');
  });

  it('knows a PNG whose first chunk is longer than the head', async () => {
    const bytes = pngWith(scene, { type: 'tEXt', body: Buffer.alloc(10_000, 'a') });
    expect(await sniff(bytes)).toBe('image/png');
  });

  it('never takes another kind of file for one of the image types', async () => {
    for (const [name, bytes] of Object.entries(await foreignFiles(scene))) {
      expect(isImageType(await sniff(bytes)), name).toBe(false);
    }
  });

  it('answers for any bytes', async () => {
    const start = fc.constantFrom(
      '',
      '\xff\xd8\xff',
      '\x89PNG\r\n\x1a\n',
      'RIFF',
      '\0\0\0\x20ftypmif1',
      '\0\0\0\x08ftypheic',
      'II*\0',
      'ID3',
      'PK\x03\x04',
    );
    const head = fc
      .tuple(start, fc.uint8Array({ maxLength: 64 }))
      .map(([text, rest]) => Buffer.concat([Buffer.from(text, 'latin1'), rest]));
    await fc.assert(
      fc.asyncProperty(head, async (bytes) => {
        const type = await sniffMediaType(bytes);
        expect(type === null || type.includes('/')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
