import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { box, clip } from '../../test/clips.ts';
import { startVideoProcessing, type VideoRig } from '../../test/video-processing.ts';
import { boxesOfBuffer } from './mp4-boxes.ts';
import { MEDIA_ERROR_TEXT, MediaFailure } from './media-failure.ts';

let rig: VideoRig;
let original: Buffer;
let fragmented: Buffer;
beforeAll(async () => {
  rig = await startVideoProcessing();
  original = await clip({ index: 'last' });
  fragmented = await clip({ index: 'fragmented' });
});
afterAll(() => rig.close());

/** The same file with four bytes written over, so many bytes after a box's name. */
function overwritten(mp4: Buffer, name: string, at: number, value: number): Buffer {
  const changed = Buffer.from(mp4);
  changed.writeUInt32BE(value, mp4.lastIndexOf(name) + 4 + at);
  return changed;
}

describe('a file is refused before anything of its kind is made of it', () => {
  it.each([
    ['stsz', 8],
    ['stts', 4],
    ['stts', 8],
    ['stsc', 4],
    ['stco', 4],
    ['stss', 4],
  ] as const)('when %s counts a billion (at %i)', async (name, at) => {
    await expect(rig.remux(overwritten(original, name, at, 1e9))).rejects.toMatchObject({
      code: 'UNREADABLE',
    });
    expect(rig.started()).toHaveLength(1);
  });

  it('when a fragment counts a billion', async () => {
    await expect(rig.remux(overwritten(fragmented, 'trun', 4, 1e9))).rejects.toMatchObject({
      code: 'UNREADABLE',
    });
    expect(rig.started()).toHaveLength(1);
  });

  it('when a box is larger than what is around it, of 2⁶³ bytes, or shorter than its header', async () => {
    const huge = Buffer.concat([
      original,
      Buffer.from('0000000166726565', 'hex'),
      Buffer.alloc(8, 0x7f),
    ]);
    const short = Buffer.concat([original, Buffer.from('0000000466726565', 'hex')]);
    const inner = overwritten(original, 'mdia', -8, 0x7fff_ffff);
    for (const bytes of [huge, short, inner]) {
      await expect(rig.remux(bytes)).rejects.toMatchObject({ code: 'UNREADABLE' });
    }
  });

  it('when it has thousands of tracks, or boxes, or boxes in boxes', async () => {
    const { start, end } = [...boxesOfBuffer(original, 0, original.length)].find(
      ({ name }) => name === 'moov',
    )!;
    const [mvhd, track] = [...boxesOfBuffer(original, start, end)].map((each, index, all) =>
      original.subarray(index === 0 ? start : all[index - 1]!.end, each.end),
    );
    const before = original.subarray(0, start - 8);
    const tracks = Array.from({ length: 5_000 }, () => track!);
    let nested = box('trak', []);
    for (let depth = 0; depth < 5_000; depth += 1) nested = box('mdia', [nested]);
    const index = (content: readonly Buffer[]) =>
      Buffer.concat([before, box('moov', [mvhd!, ...content])]);
    const many = Buffer.concat([
      original,
      ...Array.from({ length: 200_000 }, () => box('free', [])),
    ]);
    for (const bytes of [index(tracks), index([nested]), many]) {
      await expect(rig.remux(bytes)).rejects.toMatchObject({ name: 'MediaFailure' });
    }
    expect(rig.started()).toHaveLength(1);
  });
});

describe('mutated videos', () => {
  it('end as a video or as a MediaFailure, and cost no process', async () => {
    const indexOf = (mp4: Buffer) => mp4.lastIndexOf('moov') / mp4.length;
    const edit = fc.record({
      // Most of a video is picture; half of the edits go to its index.
      inIndex: fc.boolean(),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
      insert: fc.boolean(),
    });
    const mutant = fc
      .tuple(fc.constantFrom(original, fragmented), fc.array(edit, { minLength: 1, maxLength: 6 }))
      .map(([mp4, edits]) =>
        edits.reduce((bytes, { inIndex, at, bytes: written, insert }) => {
          const share = inIndex ? indexOf(mp4) + at * (1 - indexOf(mp4)) : at;
          const start = Math.floor(share * bytes.length);
          const rest = bytes.subarray(insert ? start : start + written.length);
          return Buffer.concat([bytes.subarray(0, start), written, rest]);
        }, mp4),
      );
    await fc.assert(
      fc.asyncProperty(mutant, async (bytes) => {
        const outcome = await rig.remux(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(MediaFailure);
          expect(MEDIA_ERROR_TEXT).toHaveProperty((outcome as MediaFailure).code);
          expect((outcome as MediaFailure).code).not.toBe('INTERNAL');
        } else {
          expect(outcome).toMatchObject({ video: { codecs: expect.any(String) } });
        }
      }),
      { numRuns: 300, seed: 20_261_121 },
    );
    expect(rig.started()).toHaveLength(1);
  });
});
