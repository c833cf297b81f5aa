export interface ProcessedVideo {
  /** Upright size with square pixels, in pixels. */
  width: number;
  height: number;
  durationMs: number;
  /** As the `codecs` parameter of a media type has them (RFC 6381). */
  codecs: string;
}

export interface VideoJob {
  filePath: string;
  /** Where the remuxed video goes: nothing is there yet. */
  outputPath: string;
  /** Pixels of the longer side. */
  maxSide: number;
}
