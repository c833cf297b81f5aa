import { createProcessPool, type ProcessPoolOptions } from './process-pool.ts';
import type { ProcessedVideo, VideoJob } from './video-messages.ts';

export type { ProcessedVideo } from './video-messages.ts';

export type VideoProcessorOptions = Pick<VideoJob, 'maxSide'> & Omit<ProcessPoolOptions, 'kind'>;

export interface VideoProcessor {
  /**
   * Checks the MP4 at `filePath` and writes it anew, without metadata and with
   * its index first, to `outputPath`. Waits for its turn. Rejects with
   * {@link MediaFailure}, or with the reason of `signal`; a file may be left then.
   */
  process(
    files: Pick<VideoJob, 'filePath' | 'outputPath'>,
    options?: { signal?: AbortSignal },
  ): Promise<ProcessedVideo>;
  /** Ends every process; unfinished videos reject with a retryable INTERNAL. */
  close(): Promise<void>;
}

export function createVideoProcessor(options: VideoProcessorOptions): VideoProcessor {
  const { maxSide } = options;
  const pool = createProcessPool<VideoJob, ProcessedVideo>({ ...options, kind: 'video' });
  return {
    process: ({ filePath, outputPath }, abort) =>
      pool.run({ filePath, outputPath, maxSide }, abort),
    close: () => pool.close(),
  };
}
