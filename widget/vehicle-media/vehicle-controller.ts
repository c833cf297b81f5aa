import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import type { MediaItem } from '../api/media-item.ts';
import { readVehicle, type VehicleKey, type VehicleSnapshot } from '../api/read-vehicle.ts';
import type { ConnectionState } from '../live-events.ts';
import type { Texts } from '../strings/strings.ts';
import { LoadErrorEvent } from '../view-events.ts';
import type { LiveVehicle } from './live-vehicle.ts';
import { whenIdle } from './when-idle.ts';

export interface VehicleHost extends ReactiveControllerHost, EventTarget {
  readonly isConnected: boolean;
  readonly baseURI: string;
  readonly vehicleKey: VehicleKey;
  readonly src: string | null;
  readonly forStaff: boolean;
  readonly noLive: boolean;
  readonly media: readonly MediaItem[];
  readonly texts: Texts;
  readonly locale: string;
  announce(text: string): void;
}

const none: readonly MediaItem[] = [];

/** The vehicle that an element shows: read at once, followed once there is time. */
export class VehicleController implements ReactiveController {
  phase: 'loading' | 'loaded' | 'error' = 'loading';
  error: ApiError | null = null;
  /** As it was read last; null until then. */
  vehicle: VehicleSnapshot | null = null;
  #host: VehicleHost;
  #client: ApiClient;
  #live: LiveVehicle | undefined;
  /** Ends everything that belongs to the vehicle as it was asked for last. */
  #work = new AbortController();

  constructor(host: VehicleHost, client: ApiClient) {
    this.#host = host;
    this.#client = client;
    host.addController(this);
  }

  /** In gallery order. */
  get items(): readonly MediaItem[] {
    return this.#live?.list.items ?? this.vehicle?.media ?? none;
  }

  get mediaVersion(): number {
    return this.#live?.list.mediaVersion ?? this.vehicle?.mediaVersion ?? 0;
  }

  get connection(): ConnectionState {
    return this.#live?.connection ?? 'off';
  }

  hostConnected(): void {
    if (this.phase === 'loaded') this.follow();
  }

  hostDisconnected(): void {
    // An element that only moves within the page keeps its connection.
    queueMicrotask(() => {
      if (!this.#host.isConnected) this.#live?.stop();
    });
  }

  /** Reads the vehicle anew from nothing. Resolves to whether it is known, and still the one asked for. */
  async load(): Promise<boolean> {
    this.#work.abort();
    this.#live?.stop();
    this.#live = undefined;
    this.vehicle = this.error = null;
    this.phase = 'loading';
    const { signal } = (this.#work = new AbortController());
    this.#host.requestUpdate();
    try {
      await this.#read('default');
      this.phase = 'loaded';
    } catch (error) {
      if (signal.aborted) return false;
      this.phase = 'error';
      this.#fail(error);
    }
    this.#host.requestUpdate();
    return !signal.aborted && this.phase === 'loaded';
  }

  /** Reads the vehicle again, behind what is shown. */
  async refresh(): Promise<void> {
    if (this.phase !== 'loaded') return void (await this.load());
    const live = await this.live();
    try {
      live.reset(await this.#read());
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** What takes changes in: loaded when it is first needed. */
  async live(): Promise<LiveVehicle> {
    const { signal } = this.#work;
    const { LiveVehicle } = await import('./live-vehicle.ts');
    signal.throwIfAborted();
    if (!this.vehicle) throw new TypeError('A vehicle is followed after it was read.');
    return (this.#live ??= new LiveVehicle(this.#host, this.#client, this.vehicle, () =>
      this.#read(),
    ));
  }

  /** Follows changes, or no longer where `noLive` says so, once the page has nothing better to do. */
  follow(): void {
    const { signal } = this.#work;
    whenIdle(async () => {
      if (signal.aborted || !this.#host.isConnected || !this.vehicle?.mediaCursor) return;
      if (this.#host.noLive) return this.#live?.stop();
      const live = await this.live().catch((): null => null);
      if (!signal.aborted && this.#host.isConnected) live?.follow();
    });
  }

  /** Reads what is asked for now; later than the first time past every cache. */
  async #read(cache: RequestCache = 'no-cache'): Promise<VehicleSnapshot> {
    const { vehicleKey: key, src, baseURI, forStaff } = this.#host;
    const { signal } = this.#work;
    if (src && !forStaff) {
      const { readManifest } = await import('../api/manifest/read-manifest.ts');
      return (this.vehicle = await readManifest(new URL(src, baseURI).href, signal, cache));
    }
    if ([key.id, key.vin, key.stockNumber].filter(Boolean).length !== 1) {
      throw new ApiError('SETUP', 'Set one of the attributes vehicle, vin, stock-number and src.');
    }
    return (this.vehicle = await readVehicle(this.#client, key, forStaff, signal, cache));
  }

  #fail(error: unknown): void {
    this.error =
      error instanceof ApiError
        ? error
        : new ApiError('SERVER', 'The vehicle could not be read.', { cause: error });
    this.#host.dispatchEvent(new LoadErrorEvent(this.error));
  }
}
