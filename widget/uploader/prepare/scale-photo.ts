import { storedSize } from './stored-size.ts';
import { drawableSize, targetSize, type PictureSize } from './target-size.ts';

export interface ScaleRequest {
  readonly file: Blob;
  /** Found in the bytes. */
  readonly type: string;
  /** Longest side in pixels, Infinity for any; null for what the server needs. */
  readonly maxSide: number | null;
  /** The server does not take this type: a JPEG has to be made, whatever its size. */
  readonly convert: boolean;
}

/** A picture that a canvas can draw, upright. */
export interface DecodedPicture extends PictureSize {
  readonly source: CanvasImageSource;
  close(): void;
}

/** Of a JPEG: what the server's renditions lose by it cannot be seen. */
const QUALITY = 0.85;
/** Decoded they would take more memory than a phone can spare: the server's work. */
const MOST_PIXELS = 64_000_000;
/** Checked for transparency so many rows at a time. */
const ROWS = 128;

/**
 * A smaller JPEG of a picture, upright, in sRGB and without any metadata.
 * Null where the file itself is as good: it is small enough, the JPEG would
 * not be smaller, it has transparent parts, or this browser cannot do it.
 */
export async function scalePhoto(
  request: ScaleRequest,
  decode: (file: Blob) => Promise<DecodedPicture> = decodeBitmap,
): Promise<Blob | null> {
  const { convert, file, maxSide, type } = request;
  if (typeof OffscreenCanvas !== 'function') return null;
  const stored = await storedSize(file, type);
  if (stored && isLeft(stored, maxSide)) return null;
  const picture = await decode(file);
  let canvas: OffscreenCanvas | null;
  try {
    const size = targetSize(picture, maxSide);
    if (!convert && size.width === picture.width) return null;
    canvas = draw(picture, drawableSize(size));
  } finally {
    picture.close();
  }
  if (!canvas || (mayBeTransparent(type) && isTransparent(canvas))) return null;
  const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  // Frees the pixels before the garbage collector comes.
  canvas.width = 0;
  return convert || jpeg.size < file.size ? jpeg : null;
}

/** Whether the file is sent as it is, without a look at its pixels. */
function isLeft({ width, height }: PictureSize, maxSide: number | null): boolean {
  if (width * height > MOST_PIXELS) return true;
  // On its side or not.
  return [
    { width, height },
    { width: height, height: width },
  ].every((size) => targetSize(size, maxSide) === size);
}

async function decodeBitmap(file: Blob): Promise<DecodedPicture> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const { width, height } = bitmap;
  return { source: bitmap, width, height, close: () => bitmap.close() };
}

function draw({ source }: DecodedPicture, { width, height }: PictureSize): OffscreenCanvas | null {
  const canvas = new OffscreenCanvas(width, height);
  // Kept out of the graphics card: the same photo gives the same bytes every time.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

function mayBeTransparent(type: string): boolean {
  return type !== 'image/jpeg' && type !== 'image/heic';
}

function isTransparent(canvas: OffscreenCanvas): boolean {
  const context = canvas.getContext('2d');
  for (let row = 0; row < canvas.height; row += ROWS) {
    const rows = Math.min(ROWS, canvas.height - row);
    const data = context?.getImageData(0, row, canvas.width, rows).data ?? [];
    for (let alpha = 3; alpha < data.length; alpha += 4) if (data[alpha] !== 255) return true;
  }
  return false;
}
