/** Tags whose values say where, by whom or with which piece of equipment a picture was taken. */
const telling = new Set([
  0x927c, // MakerNote: serial numbers and more, in each maker's own form
  0xa430, // CameraOwnerName
  0xa431, // BodySerialNumber
  0xa435, // LensSerialNumber
  0xa420, // ImageUniqueID
]);
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const ENTRY_BYTES = 12;
/** Cameras write five at most. */
const MAX_DIRECTORIES = 32;
/** By Exif type, from 1 on. */
const typeBytes = [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/**
 * Blanks location and serial numbers in Exif data (a TIFF header and what
 * follows), in place and without moving anything else: orientation, exposure
 * and the rest stay. Returns whether there was something to blank. What does
 * not read as Exif is left alone.
 */
export function cleanExif(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = bytes.length < 8 ? 0 : view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return false;
  const tiff = new Tiff(bytes, view, order === 0x4949);
  return tiff.clean(tiff.long(4));
}

class Tiff {
  #bytes: Uint8Array;
  #view: DataView;
  #little: boolean;
  #seen = new Set<number>();

  constructor(bytes: Uint8Array, view: DataView, little: boolean) {
    this.#bytes = bytes;
    this.#view = view;
    this.#little = little;
  }

  long(at: number): number {
    return at + 4 <= this.#bytes.length ? this.#view.getUint32(at, this.#little) : 0;
  }

  /** The directory at an offset, and those it leads to. */
  clean(at: number): boolean {
    const count = this.#count(at);
    if (count === 0 || this.#seen.has(at) || this.#seen.size === MAX_DIRECTORIES) return false;
    this.#seen.add(at);
    let found = false;
    for (let index = count - 1; index >= 0; index -= 1) {
      const entry = at + 2 + index * ENTRY_BYTES;
      const tag = this.#short(entry);
      if (tag === EXIF_IFD) {
        found = this.clean(this.long(entry + 8)) || found;
      } else if (tag === GPS_IFD) {
        this.#blankDirectory(this.long(entry + 8));
        this.#removeEntry(at, index);
        found = true;
      } else if (telling.has(tag)) {
        this.#blankValue(entry);
        this.#removeEntry(at, index);
        found = true;
      }
    }
    return this.clean(this.long(at + 2 + this.#count(at) * ENTRY_BYTES)) || found;
  }

  #short(at: number): number {
    return at + 2 <= this.#bytes.length ? this.#view.getUint16(at, this.#little) : 0;
  }

  /** Entries of a directory; 0 where there is none, or it does not fit. */
  #count(at: number): number {
    const count = at < 8 ? 0 : this.#short(at);
    return at + 2 + count * ENTRY_BYTES <= this.#bytes.length ? count : 0;
  }

  #blankDirectory(at: number): void {
    const count = this.#count(at);
    for (let index = 0; index < count; index += 1) {
      this.#blankValue(at + 2 + index * ENTRY_BYTES);
    }
    this.#bytes.fill(0, at, at + 2 + count * ENTRY_BYTES);
  }

  #blankValue(entry: number): void {
    const length = (typeBytes[this.#short(entry + 2) - 1] ?? 1) * this.long(entry + 4);
    if (length <= 4) return void this.#bytes.fill(0, entry + 8, entry + 12);
    const at = this.long(entry + 8);
    if (at >= 8) this.#bytes.fill(0, at, at + length);
  }

  /** Later entries, and the offset of the next directory behind them, move up. */
  #removeEntry(at: number, index: number): void {
    const count = this.#count(at);
    const entry = at + 2 + index * ENTRY_BYTES;
    const end = Math.min(at + 2 + count * ENTRY_BYTES + 4, this.#bytes.length);
    this.#bytes.copyWithin(entry, entry + ENTRY_BYTES, end);
    this.#bytes.fill(0, end - ENTRY_BYTES, end);
    this.#view.setUint16(at, count - 1, this.#little);
  }
}
