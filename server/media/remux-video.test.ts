import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip, CLIP_TRACES } from '../../test/clips.ts';
import { photo } from '../../test/pictures.ts';
import { packetsOf, startVideoProcessing, type VideoRig } from '../../test/video-processing.ts';
import { boxesOfBuffer } from './mp4-boxes.ts';
import { playsEverywhere } from './video-codecs.ts';

let rig: VideoRig;
beforeAll(async () => {
  rig = await startVideoProcessing();
});
afterAll(() => rig.close());

const boxNames = (mp4: Buffer) => [...boxesOfBuffer(mp4, 0, mp4.length)].map(({ name }) => name);

describe('a video that has no room to be written', () => {
  it.skipIf(!existsSync('/dev/full'))('fails with what the system said', async () => {
    const full = await startVideoProcessing();
    await symlink('/dev/full', join(full.folder, '1.mp4'));
    const failure = await full.remux(await clip()).catch((error: unknown) => error);
    await full.close();
    expect(failure).toMatchObject({ code: 'INTERNAL', cause: { code: 'ENOSPC' } });
  });
});

describe('a remuxed video', () => {
  it('tells its size, duration and codecs', async () => {
    const { video } = await rig.remux(await clip({ width: 320, height: 176, seconds: 3 }));
    expect(video).toEqual({
      width: 320,
      height: 176,
      durationMs: 3_008, // The last frame of sound ends a little later than the picture.
      codecs: 'avc1.42c028, mp4a.40.2',
    });
  });

  it('keeps every coded frame and its time', async () => {
    for (const index of ['first', 'last', 'fragmented'] as const) {
      const original = await clip({ index });
      const { bytes } = await rig.remux(original);
      expect(await packetsOf(bytes)).toEqual(await packetsOf(original));
    }
  });

  it('has its index first, whatever the one that came had', async () => {
    for (const index of ['last', 'fragmented'] as const) {
      const { bytes } = await rig.remux(await clip({ index }));
      const names = boxNames(bytes);
      expect(names.indexOf('moov')).toBeLessThan(names.indexOf('mdat'));
      expect(names).not.toContain('moof');
    }
  });

  it('is turned as the one that came, with the size that people see', async () => {
    for (const rotation of [90, 180, 270] as const) {
      const { video, bytes } = await rig.remux(await clip({ rotation }));
      const upright = rotation === 180 ? { width: 160, height: 96 } : { width: 96, height: 160 };
      expect(video).toMatchObject(upright);
      const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
      expect(await (await input.getPrimaryVideoTrack())!.getRotation()).toBe(rotation);
    }
  });

  it('says nothing of place, camera and dates', async () => {
    const original = await clip({ metadata: true, index: 'last' });
    const { bytes } = await rig.remux(original);
    for (const trace of CLIP_TRACES) {
      expect(original.includes(trace)).toBe(true);
      expect(bytes.includes(trace)).toBe(false);
    }
    for (const name of ['udta', 'uuid', 'meta']) expect(bytes.includes(name)).toBe(false);
    for (const name of ['mvhd', 'tkhd', 'mdhd']) {
      const at = bytes.indexOf(name);
      expect([name, bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)]).toEqual([name, 0, 0]);
    }
  });

  it('is the same for the same bytes', async () => {
    const original = await clip();
    expect((await rig.remux(original)).bytes).toEqual((await rig.remux(original)).bytes);
  });

  it('may be silent', async () => {
    const { video } = await rig.remux(await clip({ sound: false }));
    expect(video).toMatchObject({ codecs: 'avc1.42c028', durationMs: 2_000 });
  });

  it('tells by its codecs whether every browser plays it', async () => {
    const { video } = await rig.remux(await clip({ profile: 'hevc' }));
    expect(video.codecs).toMatch(/^hvc1\./);
    expect(playsEverywhere(video.codecs)).toBe(false);
    const high10 = await rig.remux(await clip({ profile: 'high-10' }));
    expect(playsEverywhere(high10.video.codecs)).toBe(false);
    const common = await rig.remux(await clip());
    expect(playsEverywhere(common.video.codecs)).toBe(true);
  });
});

describe('a video is refused', () => {
  it.each(['mp4v', 'ap4h', 'encv'])('when its picture is %s', async (fourcc) => {
    await expect(rig.remux(await clip({ fourcc }))).rejects.toMatchObject({
      code: 'UNPLAYABLE_VIDEO',
      retryable: false,
    });
  });

  it.each(['ac-3', 'samr', 'enca'])('when its sound is %s', async (soundFourcc) => {
    await expect(rig.remux(await clip({ soundFourcc }))).rejects.toMatchObject({
      code: 'UNPLAYABLE_VIDEO',
    });
  });

  it('when it is a picture or a text with another name', async () => {
    const { bytes } = await photo({ width: 64, height: 48, seed: 1 });
    for (const other of [bytes, Buffer.from('a text '.repeat(100))]) {
      await expect(rig.remux(other)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
    }
  });

  it('wherever it is cut', async () => {
    for (const index of ['first', 'last', 'fragmented'] as const) {
      const whole = await clip({ index });
      for (const part of [0.01, 0.1, 0.5, 0.9, 0.999]) {
        const cut = whole.subarray(0, Math.round(whole.length * part));
        await expect(rig.remux(cut)).rejects.toMatchObject({ code: 'UNREADABLE' });
      }
    }
  });

  it('when its picture is larger than the server takes', async () => {
    const small = await startVideoProcessing({ maxSide: 150 });
    await expect(small.remux(await clip())).rejects.toMatchObject({ code: 'TOO_MANY_PIXELS' });
    await small.close();
  });
});
