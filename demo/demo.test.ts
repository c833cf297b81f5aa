import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Storage, StoredObject, WriteOptions } from '../server/storage/storage.ts';
import { demoFile, demoVehicles, importDemoPictures } from './import.ts';

const WIDTHS = [320, 640, 1280, 2048];
const pictures = demoVehicles.flatMap((vehicle) => vehicle.pictures);
const renditions = new Map(
  pictures.flatMap((picture) => picture.renditions).map((rendition) => [rendition.key, rendition]),
);

describe('the cars of the demo', () => {
  it('are 24, each with 6 to 12 pictures, the cover first', () => {
    expect(demoVehicles).toHaveLength(24);
    for (const vehicle of demoVehicles) {
      expect(vehicle.pictures.length, vehicle.stockNumber).toBeGreaterThanOrEqual(6);
      expect(vehicle.pictures.length, vehicle.stockNumber).toBeLessThanOrEqual(12);
      expect(vehicle.pictures[0]?.shot).toBe('front-three-quarter');
    }
  });

  it('have a VIN whose check digit holds, and a stock number, of their own', () => {
    for (const { vin } of demoVehicles) expect(vin[8], vin).toBe(checkDigit(vin));
    expect(new Set(demoVehicles.map(({ vin }) => vin)).size).toBe(24);
    expect(new Set(demoVehicles.map(({ stockNumber }) => stockNumber)).size).toBe(24);
  });

  it('have a cover that no other car has', () => {
    expect(new Set(demoVehicles.map(({ pictures: [cover] }) => cover?.sha256)).size).toBe(24);
  });

  it('have prices with cents and descriptions of two sentences', () => {
    for (const { price, description } of demoVehicles) {
      expect(price.amount).toMatch(/^\d+\.\d{2}$/);
      expect(description.match(/[.!?](?= |$)/g)?.length, description).toBe(2);
    }
  });
});

describe('the pictures of the demo', () => {
  it('take at most 8 MB, and no file is without an entry', async () => {
    const folder = demoFile('r/');
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = names.filter((name) => name.isFile());
    expect(files).toHaveLength(renditions.size);
    const sizes = await Promise.all(
      [...renditions.keys()].map(async (key) => (await stat(demoFile(key))).size),
    );
    expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThanOrEqual(8_000_000);
  });

  it('lie under the hash of their bytes', async () => {
    for (const picture of pictures) {
      const digest = createHash('sha256');
      for (const { key } of picture.renditions) digest.update(await readFile(demoFile(key)));
      const hash = digest.digest('hex').slice(0, 32);
      for (const { key, width, format } of picture.renditions)
        expect(key).toBe(`r/${hash}/${width}.${format === 'WEBP' ? 'webp' : 'jpg'}`);
    }
  });

  it('come in every width up to their own, as WebP and as JPEG', () => {
    for (const { width, renditions: of } of pictures) {
      const expected = new Set([...WIDTHS.filter((w) => w <= width), Math.min(width, 2048)]);
      for (const format of ['WEBP', 'JPEG'] as const)
        expect(of.filter((r) => r.format === format).map((r) => r.width)).toEqual([...expected]);
    }
  });

  it('have the stated format, dimensions and size, are 4:3 and carry no metadata', async () => {
    for (const rendition of renditions.values()) {
      const bytes = await readFile(demoFile(rendition.key));
      const found = await sharp(bytes).metadata();
      expect({ ...found, byteSize: bytes.length }, rendition.key).toMatchObject({
        format: rendition.format.toLowerCase(),
        width: rendition.width,
        height: rendition.height,
        byteSize: rendition.byteSize,
      });
      expect(rendition.width * 3, rendition.key).toBe(rendition.height * 4);
      for (const kind of ['exif', 'icc', 'iptc', 'xmp', 'comments', 'orientation'] as const)
        expect(found[kind], `${kind} in ${rendition.key}`).toBeUndefined();
    }
  });
});

describe('importDemoPictures', () => {
  it('writes every rendition under its key, cacheable for ever', async () => {
    const store = memory();
    await importDemoPictures(store);
    expect([...store.objects.keys()].sort()).toEqual([...renditions.keys()].sort());
    for (const [key, { byteSize, format }] of renditions) {
      const object = store.objects.get(key);
      expect(object?.body.length).toBe(byteSize);
      expect(object?.options).toEqual({
        contentType: format === 'WEBP' ? 'image/webp' : 'image/jpeg',
        cacheControl: 'public, max-age=31536000, immutable',
      });
    }
  });

  it('leaves alone what is there, and replaces what is cut short', async () => {
    const store = memory();
    await importDemoPictures(store);
    const [cut] = renditions.keys();
    store.objects.get(cut!)!.body = Buffer.alloc(1);
    store.writes.length = 0;
    await importDemoPictures(store);
    expect(store.writes).toEqual([cut]);
  });

  it('stops when the signal says so', async () => {
    const store = memory();
    await expect(importDemoPictures(store, AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect(store.writes).toEqual([]);
  });
});

function checkDigit(vin: string): string {
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
  const letters = 'ABCDEFGH JKLMN P R  STUVWXYZ';
  const value = (character: string): number => {
    if (/\d/.test(character)) return Number(character);
    const at = letters.indexOf(character);
    if (at < 0 || !/[A-HJ-NPR-Z]/.test(character))
      throw new Error(`no VIN character: ${character}`);
    return at < 18 ? (at % 9) + 1 : at - 18;
  };
  const sum = weights.reduce((total, weight, at) => total + weight * value(vin[at] ?? ''), 0);
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}

function memory(): Storage & {
  objects: Map<string, { body: Buffer; options: WriteOptions }>;
  writes: string[];
} {
  const objects = new Map<string, { body: Buffer; options: WriteOptions }>();
  const writes: string[] = [];
  const describeObject = (key: string): StoredObject | null => {
    const object = objects.get(key);
    if (!object) return null;
    const { contentType } = object.options;
    return { key, byteSize: object.body.length, contentType, lastModified: new Date(0) };
  };
  const absent = (): never => {
    throw new Error('not part of the import');
  };
  return {
    driver: 'disk',
    origins: [],
    objects,
    writes,
    createUpload: absent,
    multipart: {
      start: absent,
      createPartUpload: absent,
      parts: absent,
      complete: absent,
      abort: absent,
      list: absent,
    },
    stat: async (key) => describeObject(key),
    read: async (key) => Readable.from([objects.get(key)?.body ?? Buffer.alloc(0)]),
    write: async (key, body, options) => {
      if (!Buffer.isBuffer(body)) throw new TypeError('The import writes bytes.');
      objects.set(key, { body, options });
      writes.push(key);
    },
    delete: async (keys) => keys.forEach((key) => objects.delete(key)),
    async *list(prefix) {
      for (const key of [...objects.keys()].sort())
        if (key.startsWith(prefix)) yield describeObject(key)!;
    },
    publicBase: '',
    publicUrl: (key) => `https://media.example/${key}`,
    check: async () => undefined,
    close: async () => undefined,
  };
}
