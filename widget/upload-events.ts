import type { MediaItem } from './api/media-item.ts';
import type { UploadItem } from './vehicle-media/uploader-host.ts';

const bubbling = { bubbles: true, composed: true };
const cancelable = { ...bubbling, cancelable: true };

/** Files were dropped, picked, pasted or shot. Cancel it to take none of them. */
export class FileAddEvent extends Event {
  readonly files: readonly File[];

  constructor(files: readonly File[]) {
    super('vm-file-add', cancelable);
    this.files = files;
  }
}

/** A file was refused before anything was sent. */
export class FileRejectEvent extends Event {
  readonly file: File;
  /** A UserErrorCode of the API, `TOO_MANY_FILES` or `VALIDATOR`. */
  readonly code: string;
  /** What is shown to the person who chose it. */
  readonly reason: string;

  constructor(file: File, code: string, reason: string) {
    super('vm-file-reject', bubbling);
    this.file = file;
    this.code = code;
    this.reason = reason;
  }
}

/** The same bytes are here already, or already in the queue. */
export class DuplicateEvent extends Event {
  readonly file: File;
  /** Global id of the media that has these bytes, where it is known. */
  readonly mediaId: string | null;

  constructor(file: File, mediaId: string | null) {
    super('vm-duplicate', bubbling);
    this.file = file;
    this.mediaId = mediaId;
  }
}

/** The first byte of a file is about to leave. */
export class UploadStartEvent extends Event {
  readonly item: UploadItem;

  constructor(item: UploadItem) {
    super('vm-upload-start', bubbling);
    this.item = item;
  }
}

/** More bytes of a file were sent. */
export class UploadProgressEvent extends Event {
  readonly item: UploadItem;
  /** Bytes of all files of the queue. */
  readonly sentBytes: number;
  /** Bytes of all files of the queue. */
  readonly totalBytes: number;

  constructor(item: UploadItem, sentBytes: number, totalBytes: number) {
    super('vm-upload-progress', bubbling);
    this.item = item;
    this.sentBytes = sentBytes;
    this.totalBytes = totalBytes;
  }
}

/** A file will be tried again by itself. */
export class UploadRetryEvent extends Event {
  readonly item: UploadItem;
  /** How many tries went before. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delay: number;

  constructor(item: UploadItem, attempt: number, delay: number) {
    super('vm-upload-retry', bubbling);
    this.item = item;
    this.attempt = attempt;
    this.delay = delay;
  }
}

/** The server has accepted a file's bytes. */
export class UploadSuccessEvent extends Event {
  readonly item: UploadItem;
  readonly media: MediaItem | null;

  constructor(item: UploadItem, media: MediaItem | null) {
    super('vm-upload-success', bubbling);
    this.item = item;
    this.media = media;
  }
}

/** A file failed and waits for a person; `item.error` says why. */
export class UploadErrorEvent extends Event {
  readonly item: UploadItem;

  constructor(item: UploadItem) {
    super('vm-upload-error', bubbling);
    this.item = item;
  }
}

/** Nothing in the queue is moving any more. */
export class UploadsCompleteEvent extends Event {
  readonly succeeded: readonly UploadItem[];
  readonly failed: readonly UploadItem[];

  constructor(succeeded: readonly UploadItem[], failed: readonly UploadItem[]) {
    super('vm-uploads-complete', bubbling);
    this.succeeded = succeeded;
    this.failed = failed;
  }
}

/** The order is about to change. Cancel it to leave it as it is. */
export class BeforeReorderEvent extends Event {
  readonly mediaId: string;
  readonly from: number;
  readonly to: number;

  constructor(mediaId: string, from: number, to: number) {
    super('vm-before-reorder', cancelable);
    this.mediaId = mediaId;
    this.from = from;
    this.to = to;
  }
}

/** A photo is about to be removed. Cancel it to keep it. */
export class BeforeRemoveEvent extends Event {
  readonly media: MediaItem;

  constructor(media: MediaItem) {
    super('vm-before-remove', cancelable);
    this.media = media;
  }
}
