import type { MediaItem } from './api/media-item.ts';

const bubbling = { bubbles: true, composed: true };

/** Media were added, changed, removed or put in another order. */
export class MediaChangeEvent extends Event {
  readonly media: readonly MediaItem[];
  readonly mediaVersion: number;

  constructor(media: readonly MediaItem[], mediaVersion: number) {
    super('vm-media-change', bubbling);
    this.media = media;
    this.mediaVersion = mediaVersion;
  }
}

/** `off`: not asked for · `connecting`: first try · `live` · `retrying`: lost, trying again · `closed`: refused for good. */
export type ConnectionState = 'off' | 'connecting' | 'live' | 'retrying' | 'closed';

/** The feed of changes was connected or lost. */
export class ConnectionChangeEvent extends Event {
  readonly state: ConnectionState;
  readonly transport: 'websocket' | 'sse' | null;

  constructor(state: ConnectionState, transport: 'websocket' | 'sse' | null) {
    super('vm-connection-change', bubbling);
    this.state = state;
    this.transport = transport;
  }
}
