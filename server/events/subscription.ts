import type { MediaEvent } from './media-event.ts';
import type { FeedScope } from './outbox.ts';
import type { Rendering, Sink } from './sink.ts';

/**
 * What a reader may still be told of what it follows: everything, nothing, or,
 * when the vehicle is gone, which media went with it.
 */
export type Access = 'granted' | 'denied' | 'gone';

export interface SubscribeOptions {
  scope: Exclude<FeedScope, { kind: 'all' }>;
  /** Only what the public may know. */
  publicOnly: boolean;
  /** Cursor of the last event that is known; from now on when absent. */
  after: string | null;
  /** Asked before events, at most once a second. */
  access(): Promise<Access>;
  /** Readers with the same get the same answer, so that one asks for all; null is for none. */
  accessKey: string | null;
  /** When the reader's right ends by itself; null is never. */
  endsAt: Date | null;
  /** Calls back when the right may have ended before; returns a function that stops it. */
  onDoubt(ask: () => void): () => void;
}

/** A reader with its sink, which may be ended before it leaves. */
export interface Connected {
  leave(): void;
}

/**
 * What a subscription field resolves to: everything from then on, for whoever
 * connects. It is iterable only because GraphQL wants it to be.
 */
export class MediaSubscription implements AsyncIterable<MediaEvent> {
  readonly connect: <Frame>(rendering: Rendering<Frame>, sink: Sink<Frame>) => Connected;

  constructor(connect: MediaSubscription['connect']) {
    this.connect = connect;
  }

  [Symbol.asyncIterator](): AsyncIterator<MediaEvent> {
    return {
      next: () => Promise.reject(new Error('Events are sent to whoever connects, not iterated.')),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}
