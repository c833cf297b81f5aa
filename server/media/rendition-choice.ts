/** Of a preview, in pixels: large enough for a card, small enough for a list. */
export const PREVIEW_WIDTH = 640;

/** Of a poster, at most, in pixels: as large as most players are. */
export const POSTER_WIDTH = 1280;
