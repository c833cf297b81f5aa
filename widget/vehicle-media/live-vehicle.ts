import type { ApiClient } from '../api/api-client.ts';
import { MediaFeed } from '../api/live/media-feed.ts';
import type { MediaChange } from '../api/media-change.ts';
import { MediaList } from '../api/media-list.ts';
import { resolveUrls, type VehicleSnapshot } from '../api/read-vehicle.ts';
import { ConnectionChangeEvent, type ConnectionState, MediaChangeEvent } from '../live-events.ts';
import { format } from '../strings/format.ts';
import type { VehicleHost } from './vehicle-controller.ts';

/** A vehicle after its first read: takes changes, from the feed and from mutations, into its list. */
export class LiveVehicle {
  readonly list = new MediaList();
  connection: ConnectionState = 'off';
  #host: VehicleHost;
  #client: ApiClient;
  #id: string;
  #cursor: string | null;
  #read: () => Promise<VehicleSnapshot>;
  #feed: MediaFeed | undefined;

  /** `read` reads the vehicle again. */
  constructor(
    host: VehicleHost,
    client: ApiClient,
    vehicle: VehicleSnapshot,
    read: () => Promise<VehicleSnapshot>,
  ) {
    this.#host = host;
    this.#client = client;
    this.#id = vehicle.id;
    this.#cursor = vehicle.mediaCursor;
    this.#read = read;
    this.list.reset(vehicle);
  }

  /** Goes on from a newer read of the same vehicle. */
  reset(vehicle: VehicleSnapshot): void {
    this.#cursor = vehicle.mediaCursor;
    this.list.reset(vehicle);
    this.#feed?.resumeAfter(this.#cursor);
    this.#changed();
  }

  apply(change: MediaChange): void {
    const before = new Set(this.#host.media.map(({ id }) => id));
    this.list.apply(
      change.type === 'upsert'
        ? { ...change, media: resolveUrls(change.media, this.#client.endpoint) }
        : change,
    );
    this.#changed();
    const count = this.#host.media.filter(({ id }) => !before.has(id)).length;
    const { texts, locale, forStaff } = this.#host;
    if (count > 0 && !forStaff) this.#host.announce(format(texts.photosAdded, { count }, locale));
  }

  /** Follows the feed from where the vehicle was read. */
  follow(): void {
    if (this.#feed && this.connection !== 'closed') return;
    this.stop();
    // A page with an open connection cannot be kept for the way back.
    addEventListener('pagehide', this.#rest);
    addEventListener('pageshow', this.#wake);
    this.#feed = new MediaFeed(this.#client, {
      vehicleId: this.#id,
      after: this.#cursor,
      forStaff: this.#host.forStaff,
      onChange: (change, cursor) => {
        this.#cursor = cursor;
        this.apply(change);
      },
      onReset: async () => {
        const vehicle = await this.#read();
        this.#cursor = vehicle.mediaCursor;
        this.list.reset(vehicle);
        this.#changed();
        return this.#cursor;
      },
      onConnection: (...connection) => this.#connected(...connection),
    });
    this.#feed.start();
  }

  stop(): void {
    removeEventListener('pagehide', this.#rest);
    removeEventListener('pageshow', this.#wake);
    this.#rest();
  }

  #rest = (): void => {
    this.#feed?.stop();
    this.#feed = undefined;
    if (this.connection !== 'off') this.#connected('off', null);
  };

  #wake = (): void => this.follow();

  #connected(...[state, transport]: ConstructorParameters<typeof ConnectionChangeEvent>): void {
    this.connection = state;
    this.#host.requestUpdate();
    this.#host.dispatchEvent(new ConnectionChangeEvent(state, transport));
  }

  #changed(): void {
    this.#host.requestUpdate();
    this.#host.dispatchEvent(new MediaChangeEvent(this.#host.media, this.list.mediaVersion));
  }
}
