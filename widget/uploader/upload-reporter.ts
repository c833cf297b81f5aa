import * as events from '../upload-events.ts';
import type { UploaderHost, UploadItem } from '../vehicle-media/uploader-host.ts';
import type { QueueEvent } from './queue/queue-options.ts';
import type { UploadQueue } from './queue/upload-queue.ts';
import type { UploadTask } from './queue/upload-task.ts';
import { uploadItem } from './upload-item.ts';
import type { Words } from './view/words.ts';

/** Failures so close together are said in one sentence: milliseconds. */
const SAID_TOGETHER_MS = 400;

/** Tells the page what happens in the queue, by events, and whoever listens to a screen reader, in words. */
export class UploadReporter {
  #host: UploaderHost;
  #words: () => Words;
  #failures: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: UploaderHost, words: () => Words) {
    this.#host = host;
    this.#words = words;
  }

  report(event: QueueEvent, queue: UploadQueue): void {
    const host = this.#host;
    const item = (task: UploadTask): UploadItem => uploadItem(task, this.#words());
    switch (event.type) {
      case 'start':
        host.dispatchEvent(new events.UploadStartEvent(item(event.task)));
        break;
      case 'progress': {
        const { sentBytes, totalBytes } = queue.summary;
        host.dispatchEvent(new events.UploadProgressEvent(item(event.task), sentBytes, totalBytes));
        break;
      }
      case 'retry': {
        const { attempt, delayMs, task } = event;
        host.dispatchEvent(new events.UploadRetryEvent(item(task), attempt, delayMs));
        break;
      }
      case 'duplicate':
        host.dispatchEvent(new events.DuplicateEvent(event.task.file, event.mediaId));
        break;
      case 'accepted':
        host.dispatchEvent(new events.UploadSuccessEvent(item(event.task), event.media));
        break;
      case 'rejected': {
        const { code = '', message = '' } = item(event.task).error ?? {};
        this.#sayFailure(event.task, message);
        host.dispatchEvent(new events.FileRejectEvent(event.task.file, code, message));
        break;
      }
      case 'failed':
        this.#sayFailure(event.task, item(event.task).error?.message ?? '');
        host.dispatchEvent(new events.UploadErrorEvent(item(event.task)));
        break;
      case 'complete': {
        const { failed, succeeded } = event;
        host.dispatchEvent(new events.UploadsCompleteEvent(succeeded.map(item), failed.map(item)));
        const count = succeeded.length;
        if (count > 0) host.announce(this.#words().say('uploaded', { count }));
      }
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** Many at once are said as a number: a later sentence would cut off the one before. */
  #sayFailure({ file }: UploadTask, reason: string): void {
    this.#failures.push(this.#words().say('fileFailed', { name: file.name, reason }));
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const [first = '', ...others] = this.#failures.splice(0);
      const count = others.length + 1;
      this.#host.announce(count === 1 ? first : this.#words().say('needAttention', { count }));
    }, SAID_TOGETHER_MS);
  }
}
