import { rm } from 'node:fs/promises';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import { failpoint } from '../failpoint.ts';
import type { ImageProcessor } from '../media/image-processor.ts';
import { VIDEO_TYPE } from '../media/media-type.ts';
import type { VideoProcessor } from '../media/video-processor.ts';
import type { Storage } from '../storage/storage.ts';
import { markReady } from './media-status.ts';
import { publishRenditions } from './publish-renditions.ts';
import { publishVideo } from './publish-video.ts';
import type { MediaJob } from './queue.ts';
import { markPosterReady, markVideoReady } from './video-status.ts';

export interface Preparation {
  prisma: PrismaClient;
  storage: Storage;
  processor: ImageProcessor;
  videoProcessor: VideoProcessor;
  signal: AbortSignal;
}

/** Makes of the original at `file` what pages show, and the media READY. */
export async function prepareMedia(
  { prisma, storage, processor, videoProcessor, signal }: Preparation,
  job: MediaJob,
  file: string,
): Promise<void> {
  if (!job.poster && job.contentType === VIDEO_TYPE) {
    const outputPath = `${file}.mp4`;
    try {
      const video = await videoProcessor.process({ filePath: file, outputPath }, { signal });
      const published = await publishVideo(prisma, storage, outputPath, signal);
      await failpoint('renditions-written');
      await markVideoReady(prisma, job, video, published);
    } finally {
      await rm(outputPath, { force: true });
    }
    return;
  }
  const image = await processor.process(file, { signal });
  const renditions = await publishRenditions(prisma, storage, image.renditions, signal);
  await failpoint('renditions-written');
  if (job.poster) await markPosterReady(prisma, job, image.placeholder, renditions);
  else await markReady(prisma, job, image, renditions);
}
