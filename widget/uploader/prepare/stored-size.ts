import type { PictureSize } from './target-size.ts';

/** Marker, length and, in a frame's segment, depth, height and width: bytes. */
const HEAD_BYTES = 9;

/**
 * Size of the pixels in a JPEG or PNG, as they are stored and before Exif
 * turns them; null where the file does not say, and for other types. Reads
 * the heads of segments alone.
 */
export async function storedSize(file: Blob, type: string): Promise<PictureSize | null> {
  if (type === 'image/png') {
    const view = await viewOf(file, 16, 8);
    return view && { width: view.getUint32(0), height: view.getUint32(4) };
  }
  return type === 'image/jpeg' ? jpegSize(file) : null;
}

async function jpegSize(file: Blob): Promise<PictureSize | null> {
  for (let at = 2; ;) {
    const view = await viewOf(file, at, HEAD_BYTES);
    if (!view || view.getUint8(0) !== 0xff) return null;
    const marker = view.getUint8(1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return { width: view.getUint16(7), height: view.getUint16(5) };
    // The scan, or the end, without a frame before it.
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + view.getUint16(2);
  }
}

/** SOF0 to SOF15, but for the tables and the extension that share the numbers. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

async function viewOf(file: Blob, at: number, length: number): Promise<DataView | null> {
  const bytes = await file.slice(at, at + length).arrayBuffer();
  return bytes.byteLength === length ? new DataView(bytes) : null;
}
