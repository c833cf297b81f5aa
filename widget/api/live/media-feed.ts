import type { ConnectionState } from '../../live-events.ts';
import type { ApiClient } from '../api-client.ts';
import { ApiError } from '../api-error.ts';
import { vehicleMediaChanged, vehicleMediaChangedForStaff } from './documents.ts';
import type { MediaChange } from '../media-change.ts';
import type { MediaEvent } from './feed-stream.ts';
import { webSocketStream } from './web-socket-stream.ts';

type Transport = 'websocket' | 'sse';

export interface MediaFeedOptions {
  readonly vehicleId: string;
  /** Where to begin: the `mediaCursor` of what was read. */
  readonly after: string | null;
  readonly forStaff: boolean;
  /** Milliseconds before the first new try; it doubles up to 30 s. */
  readonly firstDelay?: number;
  /** Milliseconds after which a connection that was open counts as a good one: the next break is a first one. */
  readonly steadyAfter?: number;
  /** Each change once, in the feed's order, with the cursor behind it. */
  onChange(change: MediaChange, cursor: string): void;
  /** The feed cannot say what was missed: read everything, and return the `mediaCursor` of that. */
  onReset(): Promise<string | null>;
  onConnection(state: ConnectionState, transport: Transport | null): void;
}

const streams = {
  websocket: webSocketStream,
  sse: async (...request: Parameters<typeof webSocketStream>): Promise<void> => {
    const { eventStream } = await import('./event-stream.ts');
    await eventStream(...request);
  },
};
const longestDelay = 30_000;
/** How many cursors are remembered to recognise an event that is sent again. */
const remembered = 500;

/**
 * Follows a vehicle's changes over a WebSocket, or server-sent events where
 * that does not open, for as long as it takes: after each break it goes on
 * behind the last event, so that nothing is missed and nothing comes twice.
 */
export class MediaFeed {
  #client: ApiClient;
  #options: MediaFeedOptions;
  #cursor: string | null;
  #seen = new Set<string>();
  #transport: Transport = 'websocket';
  #stopped = new AbortController();
  #attempt = new AbortController();
  #stale = false;
  #failures = 0;

  constructor(client: ApiClient, options: MediaFeedOptions) {
    this.#client = client;
    this.#options = options;
    this.#cursor = options.after;
  }

  /** Where the feed is: behind the last event that was handed on. */
  get cursor(): string | null {
    return this.#cursor;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    this.#attempt.abort();
  }

  /** Goes on from another place, because everything was read again there. */
  resumeAfter(cursor: string | null): void {
    this.#cursor = cursor;
    this.#seen.clear();
    this.#stale = false;
    this.#attempt.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const { onConnection, steadyAfter = 10_000 } = this.#options;
    let tokenRefused = false;
    onConnection('connecting', null);
    while (!signal.aborted) {
      this.#attempt = new AbortController();
      const attempt = this.#attempt.signal;
      const transport = this.#transport;
      let openedAt: number | null = null;
      try {
        if (this.#stale) {
          const cursor = await this.#options.onReset();
          if (this.#stale) this.resumeAfter(cursor);
          continue;
        }
        await streams[transport](
          this.#client,
          {
            document: this.#options.forStaff ? vehicleMediaChangedForStaff : vehicleMediaChanged,
            variables: { vehicleId: this.#options.vehicleId, after: this.#cursor },
          },
          {
            opened: () => {
              if (attempt.aborted || signal.aborted) return;
              openedAt = performance.now();
              onConnection('live', transport);
            },
            event: (event) => {
              if (attempt.aborted || signal.aborted) return;
              this.#failures = 0;
              tokenRefused = false;
              this.#take(event);
            },
          },
          attempt,
        );
      } catch (error) {
        const { code, retryable } =
          error instanceof ApiError ? error : { code: '', retryable: true };
        if (code === 'UNAUTHENTICATED' && !tokenRefused) {
          tokenRefused = true;
          this.#client.refuseToken();
        } else if (!retryable) {
          onConnection('closed', null);
          return;
        }
      }
      if (attempt.aborted) continue;
      onConnection('retrying', null);
      if (openedAt === null) this.#transport = transport === 'sse' ? 'websocket' : 'sse';
      else if (performance.now() - openedAt >= steadyAfter) this.#failures = 0;
      await this.#pause();
    }
  }

  #take(event: MediaEvent): void {
    if (event.__typename === 'MediaStreamReset') {
      this.#stale = true;
      this.#attempt.abort();
      return;
    }
    if (this.#seen.has(event.cursor)) return;
    this.#seen.add(event.cursor);
    if (this.#seen.size > remembered) this.#seen.delete(this.#seen.values().next().value as string);
    this.#cursor = event.cursor;
    const change = changeOf(event);
    if (change) this.#options.onChange(change, event.cursor);
  }

  /** Waits longer after each failure, but no longer than until the network is back. */
  async #pause(): Promise<void> {
    const { firstDelay = 500 } = this.#options;
    const delay = Math.min(longestDelay, firstDelay * 2 ** this.#failures++);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        globalThis.removeEventListener?.('online', done);
        this.#stopped.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delay * (0.5 + Math.random() / 2));
      globalThis.addEventListener?.('online', done);
      this.#stopped.signal.addEventListener('abort', done);
    });
  }
}

function changeOf({
  mediaVersion,
  media,
  mediaId,
  order,
  positions,
}: MediaEvent): MediaChange | null {
  if (media) return { type: 'upsert', media, mediaVersion };
  if (mediaId) return { type: 'remove', mediaId, mediaVersion };
  if (order) return { type: 'reorder', order, positions: positions ?? [], mediaVersion };
  return null;
}
