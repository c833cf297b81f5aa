import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo } from '../../../test/pictures.ts';
import { withoutLocation } from './without-location.ts';

const gps = { latitude: 48.137154, longitude: 11.576124 };
const secret = 'SECRET-TEXT';

async function clean(bytes: Uint8Array, type: string): Promise<Buffer> {
  const file = await withoutLocation(new File([new Uint8Array(bytes)], 'photo', { type }), type);
  expect(file.name).toBe('photo');
  return Buffer.from(await file.arrayBuffer());
}

const pixels = (bytes: Buffer): Promise<Buffer> => sharp(bytes).autoOrient().raw().toBuffer();

/** Whether an Exif block leads to a GPS directory. */
const leadsToGps = (exif: Buffer | undefined): boolean =>
  exif !== undefined &&
  (exif.includes(Buffer.from([0x88, 0x25, 0, 4])) ||
    exif.includes(Buffer.from([0x25, 0x88, 4, 0])));

describe('withoutLocation', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'takes the place out of a %s, and leaves pixels and orientation',
    async (format) => {
      const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>${secret}</a></x:xmpmeta>`;
      const options = { width: 64, height: 48, seed: 1, format, gps, xmp, orientation: 6 } as const;
      const { bytes, contentType } = await photo({
        ...options,
        ...(format === 'jpeg' && { iptc: secret }),
      });
      const before = await sharp(bytes).metadata();
      expect(leadsToGps(before.exif)).toBe(true);
      expect(before.xmp?.includes(secret)).toBe(true);

      const cleaned = await clean(bytes, contentType);
      const after = await sharp(cleaned).metadata();
      expect(leadsToGps(after.exif)).toBe(false);
      expect(after.xmp?.includes(secret) ?? false).toBe(false);
      expect(cleaned.includes(secret)).toBe(false);
      expect(after.orientation).toBe(before.orientation);
      expect((await pixels(cleaned)).equals(await pixels(bytes))).toBe(true);
      expect((await clean(cleaned, contentType)).equals(cleaned)).toBe(true);
    },
  );

  it('leaves no byte of the coordinates and of serial numbers', async () => {
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .withExif({
        IFD0: { Make: 'Example', Orientation: '1' },
        IFD2: { BodySerialNumber: 'SERIAL-4711', ExposureTime: '1/250' },
        IFD3: { GPSLatitude: '48/1 8/1 13/1', GPSMapDatum: 'DATUM-4711' },
      })
      .jpeg()
      .toBuffer();
    expect(jpeg.includes('SERIAL-4711')).toBe(true);
    expect(jpeg.includes('DATUM-4711')).toBe(true);
    const cleaned = await clean(jpeg, 'image/jpeg');
    expect(cleaned.includes('4711')).toBe(false);
    expect(cleaned.includes('Example')).toBe(true);
  });

  it('cuts off a second picture that has data of its own', async () => {
    const { bytes } = await photo({ width: 32, height: 24, seed: 2 });
    const second = await photo({ width: 16, height: 12, seed: 3, gps });
    const cleaned = await clean(Buffer.concat([bytes, second.bytes]), 'image/jpeg');
    expect(cleaned.equals(await clean(bytes, 'image/jpeg'))).toBe(true);
  });

  it('finds the end of a progressive JPEG', async () => {
    const { bytes } = await photo({ width: 64, height: 48, seed: 4, gps });
    const progressive = await sharp(bytes).keepMetadata().jpeg({ progressive: true }).toBuffer();
    const cleaned = await clean(progressive, 'image/jpeg');
    expect(leadsToGps((await sharp(cleaned).metadata()).exif)).toBe(false);
    expect((await pixels(cleaned)).equals(await pixels(progressive))).toBe(true);
  });

  it('gives back the very file when there is nothing to take out', async () => {
    const plain = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } });
    for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
      const bytes = await plain.clone().toFormat(format).toBuffer();
      const file = new File([new Uint8Array(bytes)], 'photo');
      expect(await withoutLocation(file, `image/${format}`)).toBe(file);
    }
  });

  it('survives any damage', async () => {
    const photos = await Promise.all(
      (['jpeg', 'png', 'webp'] as const).map((format) =>
        photo({ width: 16, height: 12, seed: 5, format, gps, orientation: 3 }),
      ),
    );
    const change = fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...photos),
        fc.array(change, { maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async ({ bytes, contentType }, changes, length) => {
          const damaged = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * length)));
          for (const [place, value] of changes) damaged[Math.floor(place * damaged.length)] = value;
          const cleaned = await clean(damaged, contentType);
          expect(cleaned.length).toBeLessThanOrEqual(damaged.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
