/** How far the server is with a file; a page for the public only ever sees READY. */
export type MediaStatus = 'PENDING_UPLOAD' | 'UPLOADED' | 'PROCESSING' | 'READY' | 'FAILED';

export type MediaKind = 'IMAGE' | 'VIDEO';

export type ImageFormat = 'WEBP' | 'JPEG' | 'AVIF';

/** One size and format of a picture. Its content decides the address, so it can be kept forever. */
export interface ImageRendition {
  readonly url: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly format: ImageFormat;
}

/** A file of a video that browsers may play. */
export interface VideoSource {
  readonly url: string;
  /** Such as `video/mp4`. */
  readonly contentType: string;
  /** As RFC 6381 has them; null where nobody says. */
  readonly codecs: string | null;
}

/** Why a file could not be prepared, in words for staff. */
export interface MediaProblem {
  /** A MediaErrorCode of the API. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** One photo or clip of a vehicle, as every document of the element selects it. */
export interface MediaItem {
  readonly id: string;
  readonly kind: MediaKind;
  readonly status: MediaStatus;
  /** Ascending order in the gallery; gaps are allowed. */
  readonly position: number;
  readonly alt: string | null;
  readonly caption: string | null;
  /** Keeps media together, such as `exterior`. */
  readonly groupKey: string | null;
  /** ThumbHash, base64. */
  readonly placeholder: string | null;
  /** Upright, pixels; null until READY. */
  readonly width: number | null;
  /** Upright, pixels; null until READY. */
  readonly height: number | null;
  /** Of a video: its poster. Empty until READY. */
  readonly renditions: readonly ImageRendition[];
  /** Of a video: what to play, the best first. Empty until READY. */
  readonly sources?: readonly VideoSource[];
  /** Of a video; null until READY. */
  readonly durationMs?: number | null;
  /** ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** Selected in the modes `upload` and `manage` only; absent in `view`. */
  readonly errors?: readonly MediaProblem[];
  /** What staff should know of a media that is shown. Selected like `errors`. */
  readonly warnings?: readonly Omit<MediaProblem, 'retryable'>[];
  /** Selected in the modes `upload` and `manage` only; absent in `view`. */
  readonly original?: { readonly fileName: string } | null;
}
