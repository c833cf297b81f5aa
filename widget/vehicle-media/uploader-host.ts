import type { CSSResult, ReactiveControllerHost, TemplateResult } from 'lit';
import type { MediaChange } from '../api/media-change.ts';
import type { MediaItem } from '../api/media-item.ts';
import type { StringOverrides, Texts } from '../strings/strings.ts';

/** Says why a file is refused, in words for the person who chose it, or null when it is fine. */
export type FileValidator = (file: File) => string | null | Promise<string | null>;

/** Changes a file before it is hashed and sent; what it returns is what is stored. */
export type FileTransform = (file: File, signal: AbortSignal) => File | Promise<File>;

/** What the uploader sees of the element it draws into. */
export interface UploaderHost extends ReactiveControllerHost, EventTarget {
  readonly renderRoot: HTMLElement | DocumentFragment;
  /** Absolute URL of the GraphQL endpoint. */
  readonly endpoint: string;
  /** Global id; null until the vehicle is known. */
  readonly vehicleId: string | null;
  readonly mode: 'upload' | 'manage';
  readonly disabled: boolean;
  /** As the `accept` attribute of an `<input type="file">`. */
  readonly accept: string;
  readonly maxFiles: number | null;
  /** How many files travel at once. */
  readonly concurrency: number;
  /** As the `capture` attribute of an `<input type="file">`. */
  readonly capture: string | null;
  /** Leave location data in the pictures. */
  readonly keepLocation: boolean;
  /** As the attribute `max-side`. */
  readonly maxSide: string | number | null;
  readonly strings: Texts;
  /** What the page changed in the texts, the uploader's included. */
  readonly stringOverrides: StringOverrides;
  /** BCP 47. */
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  /** Every status that the viewer may see, in gallery order. */
  readonly media: readonly MediaItem[];
  readonly mediaVersion: number;
  readonly validators: readonly FileValidator[];
  readonly transformFile: FileTransform | null;

  /**
   * Sends one GraphQL operation, authenticated.
   *
   * @throws ApiError for everything but the payload's own `userErrors`; AbortError when `signal` fires.
   */
  request<T>(document: string, variables: object, signal?: AbortSignal): Promise<T>;
  /** Takes a mutation's own answer into `media` at once; the feed's later copy changes nothing. */
  applyChange(change: MediaChange): void;
  /** Reads the whole list again. */
  refresh(): Promise<void>;
  /** Has a screen reader say a sentence, politely. */
  announce(text: string): void;
  /** Sets or clears `:state(dragging)` or `:state(uploading)` of the element. */
  toggleState(name: 'dragging' | 'uploading', on: boolean): void;
}

export type UploadState =
  | 'queued'
  | 'preparing'
  | 'uploading'
  | 'completing'
  | 'processing'
  | 'done'
  | 'paused'
  | 'failed'
  | 'cancelled';

/** One file on its way; read-only for pages, through the element's `uploads`. */
export interface UploadItem {
  readonly id: string;
  readonly fileName: string;
  readonly byteSize: number;
  readonly sentBytes: number;
  readonly state: UploadState;
  /** A code of the API or the uploader with a sentence for staff; null unless failed. */
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
  } | null;
  /** Known from the ticket on. */
  readonly mediaId: string | null;
}

/**
 * The staff half of the element, loaded for the modes `upload` and `manage`
 * by `import('../uploader/index.ts').createUploader(host)`. It renders into
 * the element's own shadow root, and alone fills it in these modes.
 */
export interface Uploader {
  readonly styles: CSSResult;
  render(): TemplateResult;
  readonly items: readonly UploadItem[];
  openPicker(): void;
  addFiles(files: Iterable<File>): void;
  /** One item, or everything. */
  pause(id?: string): void;
  resume(id?: string): void;
  /** One item, or everything that failed. */
  retry(id?: string): void;
  /** One item, or everything that is not done. */
  cancel(id?: string): void;
  moveMedia(id: string, to: number): Promise<void>;
  removeMedia(id: string): Promise<void>;
  /** Takes back the last removal or move. */
  undo(): Promise<void>;
  disconnect(): void;
}

export type CreateUploader = (host: UploaderHost) => Uploader;
