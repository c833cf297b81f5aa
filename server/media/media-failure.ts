/** Why the bytes of a media could not become pictures. Stored as `Media.errorCode`. */
export type MediaErrorCode =
  /** The type is right, but the bytes are cut short or broken. */
  | 'UNREADABLE'
  /** More pixels, or a longer side, than the server opens. */
  | 'TOO_MANY_PIXELS'
  /** Not a JPEG, PNG, WebP, AVIF or MP4, whatever its name says. */
  | 'UNSUPPORTED_FORMAT'
  /** An MP4 whose picture or sound no browser plays. */
  | 'UNPLAYABLE_VIDEO'
  /** A warning: a video that some browsers play and others do not. */
  | 'LIMITED_PLAYBACK'
  /** A warning: the picture to be shown before a video plays cannot be opened. */
  | 'UNREADABLE_POSTER'
  /** Decoding and encoding took longer than one picture may. */
  | 'PROCESSING_TIMEOUT'
  /** Decoding and encoding needed more memory than one picture may. */
  | 'OUT_OF_MEMORY'
  /** The stored original is no longer the bytes that were claimed. */
  | 'BYTES_CHANGED'
  /** The server failed, not the picture: a lost process, a full disk, a shutdown. */
  | 'INTERNAL';

interface MediaErrorText {
  message: string;
  retryable: boolean;
}

/** For the people of a dealership: what happened, then what to do. */
export const MEDIA_ERROR_TEXT: Record<MediaErrorCode, MediaErrorText> = {
  UNREADABLE: {
    message:
      'This photo is damaged or incomplete and cannot be opened. Upload it again, or export a fresh copy from the camera or phone.',
    retryable: false,
  },
  TOO_MANY_PIXELS: {
    message: 'This photo has too many pixels. Save a smaller version and upload that.',
    retryable: false,
  },
  UNSUPPORTED_FORMAT: {
    message:
      'This file is not a JPEG, PNG, WebP or AVIF photo. Export it as JPEG and upload that. On an iPhone, choose Settings > Camera > Formats > Most Compatible.',
    retryable: false,
  },
  UNPLAYABLE_VIDEO: {
    message:
      'Browsers cannot play this video: its picture or its sound is in a format that they do not know. Export it as MP4 with H.264 and AAC, and upload that.',
    retryable: false,
  },
  LIMITED_PLAYBACK: {
    message:
      'Some browsers cannot play this video and show only its poster. Export it as MP4 with H.264 (on an iPhone: Settings > Camera > Formats > Most Compatible) to reach everybody.',
    retryable: false,
  },
  UNREADABLE_POSTER: {
    message:
      'The poster of this video cannot be opened as a picture; the video is shown without it. Upload another poster.',
    retryable: false,
  },
  PROCESSING_TIMEOUT: {
    message:
      'Preparing this photo took too long. Try again; if it fails again, save a smaller version and upload that.',
    retryable: true,
  },
  OUT_OF_MEMORY: {
    message:
      'Opening this photo needs more memory than the server allows. Save a smaller version and upload that.',
    retryable: false,
  },
  BYTES_CHANGED: {
    message: 'The stored file is not the one that was uploaded. Upload this photo again.',
    retryable: false,
  },
  INTERNAL: {
    message: 'Something went wrong on the server while preparing this photo. Try again.',
    retryable: true,
  },
};

/** Where a film needs other words than a photo. */
const VIDEO_MESSAGE: Partial<Record<MediaErrorCode, string>> = {
  UNREADABLE:
    'This video is damaged or incomplete and cannot be played. Upload it again, or export a fresh copy from the camera or phone.',
  TOO_MANY_PIXELS:
    'The picture of this video is too large. Export it in 4K or smaller, and upload that.',
  UNSUPPORTED_FORMAT:
    'This file is not an MP4 video. Export it as MP4 with H.264 and AAC, and upload that.',
  PROCESSING_TIMEOUT:
    'Preparing this video took too long. Try again; if it fails again, export a smaller version and upload that.',
  OUT_OF_MEMORY:
    'Preparing this video needs more memory than the server allows. Export a shorter or smaller version, and upload that.',
  BYTES_CHANGED: 'The stored file is not the one that was uploaded. Upload this video again.',
  INTERNAL: 'Something went wrong on the server while preparing this video. Try again.',
};

export function mediaErrorText(code: MediaErrorCode, kind: 'IMAGE' | 'VIDEO'): MediaErrorText {
  const text = MEDIA_ERROR_TEXT[code];
  return kind === 'VIDEO' ? { ...text, message: VIDEO_MESSAGE[code] ?? text.message } : text;
}

/** A media that stays without renditions. `message` is for people, `cause` for the log. */
export class MediaFailure extends Error {
  override readonly name = 'MediaFailure';
  readonly code: MediaErrorCode;
  /** Whether the same bytes may succeed at another time. */
  readonly retryable: boolean;

  constructor(code: MediaErrorCode, options?: { cause?: unknown }) {
    super(MEDIA_ERROR_TEXT[code].message, options);
    this.code = code;
    this.retryable = MEDIA_ERROR_TEXT[code].retryable;
  }
}
