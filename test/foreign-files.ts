import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { fromScene } from './pictures.ts';
import type { Scene } from './scene.ts';

/** Files that a picture field may get and a picture server must refuse. */
export async function foreignFiles(scene: Scene): Promise<Record<string, Buffer>> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  return {
    SVG: Buffer.from(svg),
    'SVG with an XML declaration': Buffer.from(`<?xml version="1.0"?>${svg}`),
    GIF: await fromScene(scene).gif().toBuffer(),
    TIFF: await fromScene(scene).tiff().toBuffer(),
    PDF: Buffer.from('%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF'),
    HEIC: ftyp('heic', 'mif1', 'heic'),
    'HEIF of any codec': ftyp('mif1', 'mif1', 'miaf'),
    JPEG2000: Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220', 'hex'),
    HTML: Buffer.from('<!doctype html><script>alert(1)</script>'),
    text: Buffer.from('just a few words'),
    noise: Buffer.from('a3f19c0e5b7788d21f60', 'hex'),
    'nothing at all': Buffer.alloc(0),
  };
}

/** The first box of an ISO media file, then junk where pictures would be. */
function ftyp(major: string, ...compatible: string[]): Buffer {
  const body = Buffer.from(`ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length + 4);
  return Buffer.concat([size, body, Buffer.alloc(64, 1)]);
}

/** Grey rows of zeros: a few kilobytes that unfold to `width` x `height` pixels. */
export function pngBomb(width: number, height: number): Buffer {
  return png(width, height, 0, deflateSync(Buffer.alloc((width + 1) * height), { level: 9 }));
}

/** A header that promises `width` x `height` pixels over pixels that are not there. */
export function pngHeader(width: number, height: number): Buffer {
  return png(width, height, 2, deflateSync(Buffer.alloc(100)));
}

/** Two frames: `first` is shown to those who know nothing of animation. */
export function apng(first: Scene, second: Scene): Buffer {
  const { width, height } = first;
  const frame = (sequence: number) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence);
    control.writeUInt32BE(width, 4);
    control.writeUInt32BE(height, 8);
    control.writeUInt16BE(100, 20);
    control.writeUInt16BE(1_000, 22);
    return chunk('fcTL', control);
  };
  return Buffer.concat([
    PNG_SIGNATURE,
    header(width, height, 2),
    chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])),
    frame(0),
    chunk('IDAT', scanlines(first)),
    frame(1),
    chunk('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), scanlines(second)])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Both frames stacked, as the encoder of animated WebP wants them. */
export function animatedWebp(first: Scene, second: Scene): Promise<Buffer> {
  const { width, height } = first;
  return sharp(Buffer.concat([first.data, second.data]), {
    raw: { width, height: height * 2, channels: 3, pageHeight: height },
  })
    .webp({ quality: 92, effort: 0, delay: [500, 500] })
    .toBuffer();
}

/** A header of one picture over the chunks that `insert` gives, before the pixels of `scene`. */
export function pngWith(scene: Scene, insert: { type: string; body: Buffer }): Buffer {
  return Buffer.concat([
    PNG_SIGNATURE,
    header(scene.width, scene.height, 2),
    chunk(insert.type, insert.body),
    chunk('IDAT', scanlines(scene)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function png(width: number, height: number, colourType: number, data: Buffer): Buffer {
  return Buffer.concat([
    PNG_SIGNATURE,
    header(width, height, colourType),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function header(width: number, height: number, colourType: number): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width);
  body.writeUInt32BE(height, 4);
  body[8] = 8;
  body[9] = colourType;
  return chunk('IHDR', body);
}

function scanlines({ width, height, data }: Scene): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y += 1) {
    rows.push(Buffer.of(0), data.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return deflateSync(Buffer.concat(rows));
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(typed.length + 8);
  whole.writeUInt32BE(body.length);
  typed.copy(whole, 4);
  whole.writeUInt32BE(crc32(typed), typed.length + 4);
  return whole;
}
