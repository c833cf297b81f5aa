/** Pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The server's largest rendition is so wide: a portrait keeps that, whatever its height. */
export const RENDITION_WIDTH = 2048;
/** A landscape keeps a quarter more than that, so that the server's own scaling has detail to draw on. */
const LONGEST_SIDE = 2560;
/** The smallest limit of a canvas that browsers have. */
const CANVAS_PIXELS = 4096 * 4096;

/**
 * The size at which an upright picture is sent: its own where that is small
 * enough. `maxSide` is the longest side in pixels, null for what the server
 * needs.
 */
export function targetSize(picture: PictureSize, maxSide: number | null): PictureSize {
  const { width, height } = picture;
  const longest = Math.max(width, height);
  const scale =
    maxSide === null
      ? Math.max(LONGEST_SIDE / longest, Math.min(1, RENDITION_WIDTH / width))
      : maxSide / longest;
  return scale < 1 ? scaled(picture, scale) : picture;
}

/** The same, where a picture must be drawn: no larger than any browser can. */
export function drawableSize(picture: PictureSize): PictureSize {
  const scale = Math.sqrt(CANVAS_PIXELS / (picture.width * picture.height));
  return scale < 1 ? scaled(picture, scale, Math.floor) : picture;
}

function scaled(
  { width, height }: PictureSize,
  scale: number,
  round: (value: number) => number = Math.round,
): PictureSize {
  return { width: Math.max(1, round(width * scale)), height: Math.max(1, round(height * scale)) };
}
