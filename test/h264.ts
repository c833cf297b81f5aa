import { BitWriter } from './bit-writer.ts';

const MACROBLOCK = 16;
const I_PCM = 25;
const FRAME_NUM_BITS = 4;

const SPS = 7;
const PPS = 8;
const IDR = 5;
const NON_IDR = 1;

/** Brightness of one pixel, 1 to 255. */
export type Paint = (x: number, y: number) => number;

/**
 * As much H.264 (constrained baseline) as a clip for tests needs: key frames
 * whose macroblocks are stored as they are, and frames that repeat the one
 * before. Sides are multiples of 16 pixels.
 */
export class H264Encoder {
  readonly #columns: number;
  readonly #rows: number;
  #frameNumber = 0;
  #idrId = 0;

  constructor(width: number, height: number) {
    if (width % MACROBLOCK || height % MACROBLOCK) throw new TypeError('Not a multiple of 16.');
    this.#columns = width / MACROBLOCK;
    this.#rows = height / MACROBLOCK;
  }

  /** AVCDecoderConfigurationRecord. */
  get description(): Buffer {
    const sps = unit(3, SPS, this.#sequence());
    const pps = unit(3, PPS, picture());
    return Buffer.concat([
      Buffer.from([1, sps[1]!, sps[2]!, sps[3]!, 0xff, 0xe1, sps.length >> 8, sps.length & 0xff]),
      sps,
      Buffer.from([1, pps.length >> 8, pps.length & 0xff]),
      pps,
    ]);
  }

  keyFrame(paint: Paint): Buffer {
    this.#frameNumber = 0;
    this.#idrId ^= 1;
    const header = new BitWriter()
      .golomb(0, 7, 0)
      .bits(0, FRAME_NUM_BITS)
      .golomb(this.#idrId)
      .bits(0, 2) // marking of reference pictures
      .golomb(0, 1) // quantiser, no deblocking
      .golomb(I_PCM)
      .bytes();
    const macroblock = new BitWriter().golomb(I_PCM).bytes();
    const parts: Buffer[] = [];
    for (let row = 0; row < this.#rows; row += 1) {
      for (let column = 0; column < this.#columns; column += 1) {
        parts.push(parts.length === 0 ? header : macroblock, samples(column, row, paint));
      }
    }
    return withLength(unit(3, IDR, Buffer.concat([...parts, Buffer.from([0x80])])));
  }

  /** Shows the frame before once more; a few bytes. */
  repeatedFrame(): Buffer {
    this.#frameNumber = (this.#frameNumber + 1) % (1 << FRAME_NUM_BITS);
    const slice = new BitWriter()
      .golomb(0, 5, 0)
      .bits(this.#frameNumber, FRAME_NUM_BITS)
      .bits(0, 3) // reference count and order as they are, marking too
      .golomb(0, 1)
      .golomb(this.#columns * this.#rows) // skips them all
      .bits(1, 1)
      .bytes();
    return withLength(unit(2, NON_IDR, slice));
  }

  #sequence(): Buffer {
    return new BitWriter()
      .bits(66, 8)
      .bits(0xc0, 8)
      .bits(40, 8)
      .golomb(0, FRAME_NUM_BITS - 4, 2, 1)
      .bits(0, 1)
      .golomb(this.#columns - 1, this.#rows - 1)
      .bits(0b1100, 4) // frames, 8x8 inference, no cropping, no VUI
      .bits(1, 1)
      .bytes();
  }
}

function picture(): Buffer {
  return new BitWriter()
    .golomb(0, 0)
    .bits(0, 2)
    .golomb(0, 0, 0)
    .bits(0, 3)
    .golomb(0, 0, 0)
    .bits(0b100, 3) // slices say whether they deblock
    .bits(1, 1)
    .bytes();
}

/** 256 of brightness, 128 of colour. */
function samples(column: number, row: number, paint: Paint): Buffer {
  const bytes = Buffer.alloc(384, 128);
  for (let at = 0; at < 256; at += 1) {
    const shade = paint(column * MACROBLOCK + (at % MACROBLOCK), row * MACROBLOCK + (at >> 4));
    bytes[at] = Math.min(235, Math.max(16, Math.round(shade)));
  }
  return bytes;
}

/** A NAL unit: its header, and no three bytes that look like the start of another. */
function unit(importance: number, type: number, payload: Buffer): Buffer {
  const escaped: Buffer[] = [Buffer.from([(importance << 5) | type])];
  let from = 0;
  for (let at = payload.indexOf('\0\0', 0, 'latin1'); at >= 0;) {
    if ((payload[at + 2] ?? 4) <= 3) {
      escaped.push(payload.subarray(from, at + 2), Buffer.from([3]));
      from = at + 2;
    }
    at = payload.indexOf('\0\0', Math.max(from, at + 1), 'latin1');
  }
  return Buffer.concat([...escaped, payload.subarray(from)]);
}

function withLength(nal: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(nal.length);
  return Buffer.concat([length, nal]);
}
