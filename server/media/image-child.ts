/** Entry of the image process. */
import type { ImageJob } from './image-messages.ts';
import { renderImage } from './render-image.ts';
import { serveTasks } from './serve-tasks.ts';

serveTasks((job: ImageJob) => renderImage(job.filePath, job));
