import sharp from 'sharp';
import { thumbHashToAverageRGBA, thumbHashToApproximateAspectRatio } from 'thumbhash';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { animatedWebp, apng } from '../../test/foreign-files.ts';
import { likeness, renditionOf, startProcessing } from '../../test/image-processing.ts';
import type { ProcessingRig } from '../../test/image-processing.ts';
import { fromScene, photo } from '../../test/pictures.ts';
import { detailedScene } from '../../test/scene.ts';
import type { Scene } from '../../test/scene.ts';

/** dB. A picture mirrored, of another frame or with raw colour values stays below. */
const ALIKE = 31;

let rig: ProcessingRig;
let scene: Scene;
let other: Scene;

beforeAll(async () => {
  rig = await startProcessing();
  scene = await detailedScene(900, 600, 7);
  other = await detailedScene(900, 600, 8);
});
afterAll(() => rig.close());

async function likenesses(bytes: Buffer, upright: Scene): Promise<number[]> {
  const image = await rig.render(bytes);
  expect([image.width, image.height]).toEqual([upright.width, upright.height]);
  return Promise.all(image.renditions.map((rendition) => likeness(rendition, upright)));
}

async function expectAlike(bytes: Buffer, upright: Scene): Promise<void> {
  expect(Math.min(...(await likenesses(bytes, upright)))).toBeGreaterThan(ALIKE);
}

describe('sizes', () => {
  it('gives WebP and JPEG of every listed width', async () => {
    const { bytes } = await photo({ width: 2100, height: 1400, seed: 3 });
    const { width, height, renditions } = await rig.render(bytes);
    expect([width, height]).toEqual([2100, 1400]);
    expect(renditions.map((one) => [one.format, one.width, one.height])).toEqual([
      ['WEBP', 320, 213],
      ['JPEG', 320, 213],
      ['WEBP', 640, 427],
      ['JPEG', 640, 427],
      ['WEBP', 1280, 853],
      ['JPEG', 1280, 853],
      ['WEBP', 2048, 1365],
      ['JPEG', 2048, 1365],
    ]);
    for (const { format, ...rendition } of renditions) {
      const header = await sharp(rendition.bytes).metadata();
      expect(header.format?.toUpperCase()).toBe(format);
      expect([header.width, header.height]).toEqual([rendition.width, rendition.height]);
    }
  });

  it('counts widths of the upright picture and never enlarges', async () => {
    const { bytes } = await photo({ width: 400, height: 900, seed: 3, orientation: 6 });
    const { renditions } = await rig.render(bytes);
    expect(renditions.map((one) => one.width)).toEqual([320, 320, 400, 400]);
  });

  it.each([
    [1, 1],
    [3, 700],
    [700, 3],
    [9, 16_384],
    [16_384, 9],
  ])('opens %i x %i', async (width, height) => {
    const { bytes } = await photo({ width, height, seed: 3, format: 'png' });
    const image = await rig.render(bytes);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(image.renditions.length).toBeGreaterThan(0);
  });
});

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('%i becomes upright', async (orientation) => {
    const { bytes, upright } = await photo({ width: 900, height: 600, seed: 7, orientation });
    await expectAlike(bytes, upright);
  });

  it.each(['png', 'webp', 'avif'] as const)('of a %s counts too', async (format) => {
    const { bytes, upright } = await photo({
      width: 900,
      height: 600,
      seed: 7,
      orientation: 8,
      format,
    });
    await expectAlike(bytes, upright);
  });

  it('is told apart by this measure', async () => {
    const { data, info } = await fromScene(scene)
      .flop()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const mirrored = { width: info.width, height: info.height, data };
    const { bytes } = await photo({ width: 900, height: 600, seed: 7 });
    expect(Math.max(...(await likenesses(bytes, mirrored)))).toBeLessThan(ALIKE);
  });
});

describe('inputs', () => {
  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('opens a %s', async (format) => {
    const { bytes, upright } = await photo({ width: 900, height: 600, seed: 7, format });
    await expectAlike(bytes, upright);
  });

  it('opens a progressive and a grey JPEG', async () => {
    await expectAlike(
      await fromScene(scene).jpeg({ progressive: true, quality: 92 }).toBuffer(),
      scene,
    );
    const grey = await fromScene(scene).greyscale().toBuffer({ resolveWithObject: true });
    const bytes = await fromScene(scene).greyscale().jpeg({ quality: 92 }).toBuffer();
    const data = await sharp(grey.data, {
      raw: { width: 900, height: 600, channels: grey.info.channels },
    })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    await expectAlike(bytes, { ...scene, data });
  });

  it('takes the first frame of animated WebP and PNG', async () => {
    await expectAlike(await animatedWebp(scene, other), scene);
    await expectAlike(apng(scene, other), scene);
  });

  it('brings 16 bits a channel down to 8', async () => {
    const bytes = await fromScene(scene).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    await expectAlike(bytes, scene);
  });
});

describe('colour', () => {
  it('applies a Display P3 profile and drops it', async () => {
    const { bytes, upright } = await photo({ width: 900, height: 600, seed: 7, profile: 'p3' });
    const unprofiled = await sharp(bytes, { ignoreIcc: true }).jpeg({ quality: 92 }).toBuffer();
    const applied = await likenesses(bytes, upright);
    const ignored = await likenesses(unprofiled, upright);
    expect(Math.min(...applied)).toBeGreaterThan(ALIKE);
    expect(Math.max(...ignored)).toBeLessThan(ALIKE);
  });

  it('applies a profile to 16 bits a channel', async () => {
    const profiled = fromScene(scene).withIccProfile('p3').toColourspace('rgb16');
    await expectAlike(await profiled.png().toBuffer(), scene);
  });

  it('turns CMYK into sRGB', async () => {
    // Colours that ink can print.
    const muted = { ...scene, data: Buffer.from(scene.data.map((value) => 96 + value / 4)) };
    const bytes = await fromScene(muted).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    await expectAlike(bytes, muted);
  });

  it('keeps transparency in WebP and puts white behind it in JPEG', async () => {
    const width = 400;
    const height = 200;
    const data = Buffer.alloc(width * height * 4);
    for (let at = 0; at < data.length; at += 4) {
      data.set((at / 4) % width < width / 2 ? [200, 20, 20, 255] : [0, 0, 0, 0], at);
    }
    const bytes = await sharp(data, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    const image = await rig.render(bytes);
    const pixel = async (format: 'WEBP' | 'JPEG', left: number) => {
      const raw = await sharp(renditionOf(image, format, 320).bytes)
        .extract({ left, top: 80, width: 1, height: 1 })
        .raw()
        .toBuffer();
      return [...raw];
    };
    expect(await pixel('WEBP', 40)).toEqual([
      expect.closeTo(200, -1),
      expect.closeTo(20, -1),
      expect.closeTo(20, -1),
      255,
    ]);
    expect((await pixel('WEBP', 280))[3]).toBe(0);
    expect(await pixel('JPEG', 280)).toEqual([255, 255, 255]);
  });
});

describe('placeholder', () => {
  it('is a ThumbHash with the colour and the proportions of the upright picture', async () => {
    const { bytes, upright } = await photo({ width: 400, height: 900, seed: 3, orientation: 6 });
    const { placeholder } = await rig.render(bytes);
    const hash = Buffer.from(placeholder, 'base64');
    expect(hash.length).toBeLessThanOrEqual(30);
    expect(thumbHashToApproximateAspectRatio(hash)).toBeCloseTo(400 / 900, 0);
    const { channels } = await fromScene(upright).stats();
    const { r, g, b, a } = thumbHashToAverageRGBA(hash);
    expect(a).toBe(1);
    [r, g, b].forEach((value, i) =>
      expect(Math.abs(value * 255 - channels[i]!.mean)).toBeLessThan(12),
    );
  });
});
