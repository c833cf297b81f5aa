import type { MediaItem } from '../../api/media-item.ts';
import { UploadFailure } from './upload-failure.ts';
import type { UploadTask } from './upload-task.ts';

/** Learns from the gallery what has become of the pictures that the server prepares. */
export class Settlement {
  /** Uploads whose media were in the gallery. */
  #seen = new WeakSet<UploadTask>();
  #fail: (task: UploadTask, failure: UploadFailure) => void;

  constructor(fail: (task: UploadTask, failure: UploadFailure) => void) {
    this.#fail = fail;
  }

  settle(tasks: readonly UploadTask[], media: readonly MediaItem[]): void {
    const known = new Map(media.map((item) => [item.id, item]));
    for (const task of tasks) this.#look(task, known.get(task.mediaId ?? ''));
  }

  #look(task: UploadTask, item: MediaItem | undefined): void {
    if (item) {
      this.#seen.add(task);
      if (task.failure?.code === 'PROCESSING' && item.status !== 'FAILED') {
        task.moveTo('processing');
      }
    }
    if (task.state !== 'processing') return;
    if (item?.status === 'READY') {
      task.moveTo('ready');
    } else if (item?.status === 'FAILED') {
      const problem = item.errors?.[0];
      const retryable = problem?.retryable ?? true;
      this.#fail(task, new UploadFailure('PROCESSING', { detail: problem?.message }, retryable));
    } else if (!item && this.#seen.has(task)) {
      // Somebody removed the photo before it was ready.
      task.moveTo('cancelled');
    }
  }
}
