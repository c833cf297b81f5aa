/** `width` and `height` in pixels; `bytes` without any metadata. */
export interface ProcessedRendition {
  format: 'WEBP' | 'JPEG';
  width: number;
  height: number;
  bytes: Buffer;
}

export interface ProcessedImage {
  /** Upright size of the original, in pixels. */
  width: number;
  height: number;
  /** ThumbHash, base64. */
  placeholder: string;
  /** By ascending width; at each width WebP, then JPEG. */
  renditions: ProcessedRendition[];
}

/** What a picture may be before any of it is decoded. */
export interface ImageLimits {
  maxPixels: number;
  /** Pixels of the longer side. */
  maxSide: number;
}

export interface ImageJob extends ImageLimits {
  filePath: string;
}
