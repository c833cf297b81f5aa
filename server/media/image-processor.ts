import type { ImageJob, ImageLimits, ProcessedImage } from './image-messages.ts';
import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts';

export type { ProcessedImage, ProcessedRendition } from './image-messages.ts';
export { MEDIA_ERROR_TEXT, MediaFailure } from './media-failure.ts';

export type ImageProcessorOptions = ImageLimits & Omit<ProcessPoolOptions, 'kind'>;

export interface ImageProcessor {
  /**
   * Renditions and placeholder of a JPEG, PNG, WebP or AVIF. Waits for its turn.
   * Rejects with {@link MediaFailure}, or with the reason of `signal`.
   */
  process(filePath: string, options?: { signal?: AbortSignal }): Promise<ProcessedImage>;
  /** Ends every process; unfinished pictures reject with a retryable INTERNAL. */
  close(): Promise<void>;
}

export function createImageProcessor(options: ImageProcessorOptions): ImageProcessor {
  const { maxPixels, maxSide } = options;
  const pool = createProcessPool<ImageJob, ProcessedImage>({ ...options, kind: 'image' });
  return {
    process: (filePath, abort) => pool.run({ filePath, maxPixels, maxSide }, abort),
    close: () => pool.close(),
  };
}
