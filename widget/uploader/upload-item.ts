import type { UploadItem, UploadState } from '../vehicle-media/uploader-host.ts';
import type { TaskState, UploadTask } from './queue/upload-task.ts';
import type { Words } from './view/words.ts';

const publicStates: Readonly<Record<TaskState, UploadState>> = {
  queued: 'queued',
  hashing: 'preparing',
  requesting: 'preparing',
  sending: 'uploading',
  completing: 'completing',
  processing: 'processing',
  paused: 'paused',
  elsewhere: 'uploading',
  ready: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** A file of the queue as pages see it. */
export function uploadItem(task: UploadTask, words: Words): UploadItem {
  const { byteSize, failure, id, mediaId, sentBytes, state } = task;
  return {
    id,
    fileName: task.file.name,
    byteSize,
    sentBytes,
    state: publicStates[state],
    error: failure && {
      code: failure.code,
      message: words.failure(failure, byteSize),
      retryable: failure.retryable,
    },
    mediaId,
  };
}
