import { thumbHashToRGBA } from 'thumbhash';

const COLUMNS = 8;
const ROWS = 6;
/** A ThumbHash without any detail. */
const HEADER_BYTES = 5;

/**
 * A ThumbHash (base64) as a data URL of about 330 characters: an 8 by 6 bitmap that the
 * browser smooths when it scales it up. `null` when the text is not a ThumbHash.
 */
export function placeholderUrl(placeholder: string | null): string | null {
  const hash = Buffer.from(placeholder ?? '', 'base64');
  if (hash.length < HEADER_BYTES) return null;
  try {
    const { w, h, rgba } = thumbHashToRGBA(hash);
    return bitmapUrl((column, row) => {
      const x = Math.min(w - 1, Math.floor(((column + 0.5) * w) / COLUMNS));
      const y = Math.min(h - 1, Math.floor(((row + 0.5) * h) / ROWS));
      const at = (y * w + x) * 4;
      return [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!];
    });
  } catch {
    return null;
  }
}

/** A 24-bit BMP: rows from the bottom, blue before red. */
function bitmapUrl(colorAt: (column: number, row: number) => [number, number, number]): string {
  const header = 54;
  const bytes = Buffer.alloc(header + COLUMNS * ROWS * 3);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(header, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(COLUMNS, 18);
  bytes.writeInt32LE(ROWS, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const [red, green, blue] = colorAt(column, row);
      bytes.set([blue, green, red], header + ((ROWS - 1 - row) * COLUMNS + column) * 3);
    }
  }
  return `data:image/bmp;base64,${bytes.toString('base64')}`;
}
