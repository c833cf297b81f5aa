import { cleanExif } from './clean-exif.ts';

const [START, END, SCAN] = [0xd8, 0xd9, 0xda];
const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/x';

/**
 * The parts of a JPEG without location and serial numbers: Exif is blanked in
 * place, XMP and IPTC are left out. So is a second picture behind the first
 * one that has such data of its own. The scan, and with it every pixel, stays.
 * Null when there is nothing to leave out, or this is not a whole JPEG.
 */
export function cleanJpeg(bytes: Uint8Array): Uint8Array[] | null {
  if (bytes[0] !== 0xff || bytes[1] !== START) return null;
  const parts: Uint8Array[] = [];
  let found = false;
  let kept = 0;
  let multiPicture: Uint8Array | null = null;
  for (let at = 2; ;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === 0) return null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === END) {
      const tail = bytes.subarray(at + 2);
      const telling = hasMetadata(tail);
      if (!found && !telling) return null;
      parts.push(bytes.subarray(kept, telling ? at + 2 : bytes.length));
      return telling ? parts.filter((part) => part !== multiPicture) : parts;
    }
    const end = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (end < at + 4 || end > bytes.length) return null;
    const segment = bytes.subarray(at, end);
    if (isLeftOut(marker, segment)) {
      parts.push(bytes.subarray(kept, at));
      kept = end;
      found = true;
    } else if (marker === 0xe1 && startsWith(segment, EXIF)) {
      const blanked = segment.slice();
      if (cleanExif(blanked.subarray(4 + EXIF.length))) {
        parts.push(bytes.subarray(kept, at), blanked);
        kept = end;
        found = true;
      }
    } else if (marker === 0xe2 && startsWith(segment, 'MPF\0')) {
      multiPicture = segment;
      parts.push(bytes.subarray(kept, at), segment);
      kept = end;
    }
    at = marker === SCAN ? endOfScan(bytes, end) : end;
  }
}

function isLeftOut(marker: number, segment: Uint8Array): boolean {
  return (marker === 0xe1 && startsWith(segment, XMP)) || marker === 0xed;
}

/** Where the next marker is: not a stuffed byte, not a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/** A segment's text, after its marker and length. */
function startsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(4, 4 + text.length)) === text;
}

function hasMetadata(tail: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(tail);
  return text.includes(EXIF) || text.includes(XMP);
}
