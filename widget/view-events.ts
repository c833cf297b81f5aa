import type { ApiError } from './api/api-error.ts';
import type { MediaItem } from './api/media-item.ts';

const bubbling = { bubbles: true, composed: true };

/** The vehicle's media are known and drawn, or known to be none. Once per vehicle. */
export class ReadyEvent extends Event {
  readonly media: readonly MediaItem[];

  constructor(media: readonly MediaItem[]) {
    super('vm-ready', bubbling);
    this.media = media;
  }
}

/** The media could not be read; the element shows why and offers to try again. */
export class LoadErrorEvent extends Event {
  readonly error: ApiError;

  constructor(error: ApiError) {
    super('vm-load-error', bubbling);
    this.error = error;
  }
}

/** What moved the slideshow: a button or thumbnail, the keyboard, a finger, time, a method, or a change of the list. */
export type SlideTrigger =
  | 'button'
  | 'thumbnail'
  | 'keyboard'
  | 'swipe'
  | 'autoplay'
  | 'api'
  | 'change';

/** Another photo is the current one. */
export class SlideChangeEvent extends Event {
  readonly index: number;
  readonly media: MediaItem | null;
  readonly trigger: SlideTrigger;

  constructor(index: number, media: MediaItem | null, trigger: SlideTrigger) {
    super('vm-slide-change', bubbling);
    this.index = index;
    this.media = media;
    this.trigger = trigger;
  }
}

/** The server no longer takes the token. Set a new `token`, or have `tokenProvider` return one: it is asked next. */
export class TokenExpiredEvent extends Event {
  constructor() {
    super('vm-token-expired', bubbling);
  }
}
