import { cleanExif } from './clean-exif.ts';

/**
 * A PNG without location and serial numbers: Exif is blanked in place, XMP
 * and raw profiles in text chunks are left out. Null when there are none.
 */
export function cleanPng(bytes: Uint8Array): Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, 8)];
  let found = false;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) return null;
    const type = text(bytes, at + 4, 4);
    const chunk = bytes.slice(at, end);
    if (type === 'eXIf' && cleanExif(chunk.subarray(8, 8 + length))) {
      new DataView(chunk.buffer).setUint32(8 + length, crc32(chunk.subarray(4, 8 + length)));
      parts.push(chunk);
      found = true;
    } else if (isTellingText(type, text(bytes, at + 8, Math.min(length, 24)))) {
      found = true;
    } else {
      parts.push(bytes.subarray(at, end));
    }
    at = end;
  }
  return found ? parts : null;
}

/** A WebP without location and serial numbers: Exif is blanked in place, XMP zeroed. Null when there are none. */
export function cleanWebp(bytes: Uint8Array): Uint8Array[] | null {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  let found = false;
  for (let at = 12; at + 8 <= copy.length;) {
    const length = view.getUint32(at + 4, true);
    const content = copy.subarray(at + 8, at + 8 + length);
    const type = text(copy, at, 4);
    if (type === 'EXIF') {
      const start = text(content, 0, 6) === 'Exif\0\0' ? 6 : 0;
      found = cleanExif(content.subarray(start)) || found;
    } else if (type === 'XMP ' && length > 0) {
      // Spaces are valid around XMP, and nothing has to move.
      content.fill(0x20);
      found = true;
    }
    at += 8 + length + (length % 2);
  }
  return found ? [copy] : null;
}

function isTellingText(type: string, start: string): boolean {
  return (
    ['tEXt', 'zTXt', 'iTXt'].includes(type) &&
    (start.startsWith('XML:com.adobe.xmp') || start.startsWith('Raw profile type'))
  );
}

function text(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

/** ISO 3309, as PNG has it. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
