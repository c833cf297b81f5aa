import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { inDealership, vehicleMedia, vehicleMediaForStaff } from './documents.ts';
import type { MediaItem } from './media-item.ts';
import type { MediaSnapshot } from './media-list.ts';
import type { VehicleFacts } from './vehicle-facts.ts';
import { webAddress } from './web-address.ts';

/** One of three ways to name a vehicle. */
export interface VehicleKey {
  readonly id?: string | null;
  readonly vin?: string | null;
  readonly stockNumber?: string | null;
  /** Id or slug of the dealership it must be of. */
  readonly dealership?: string | undefined;
}

/** The facts are for visitors' pages: staff's have none. */
export interface VehicleSnapshot extends MediaSnapshot, Partial<VehicleFacts> {
  readonly id: string;
  /** Such as "2019 Example Roadster"; null where nothing is known. */
  readonly title: string | null;
  /** Where in the feed of changes this was read; null where there is no feed. */
  readonly mediaCursor: string | null;
  /** Whether to offer changes of its media: false for whoever is let in without the right. */
  readonly mayEdit?: boolean;
}

interface Answer {
  vehicle: (Omit<VehicleSnapshot, 'media'> & { media: { nodes: readonly MediaItem[] } }) | null;
  viewer?: { rights: readonly string[] } | null;
}

/**
 * Reads a vehicle and all its media.
 *
 * @throws ApiError, `NOT_FOUND` when this viewer may see no such vehicle.
 */
export async function readVehicle(
  client: ApiClient,
  key: VehicleKey,
  forStaff: boolean,
  signal: AbortSignal,
  cache: RequestCache,
): Promise<VehicleSnapshot> {
  const document = forStaff ? vehicleMediaForStaff : vehicleMedia;
  const { vehicle, viewer } = await client.request<Answer>(
    key.dealership ? inDealership(document) : document,
    key,
    signal,
    forStaff ? undefined : cache,
  );
  if (!vehicle) throw new ApiError('NOT_FOUND', 'No such vehicle.');
  const { media, ...rest } = vehicle;
  return {
    ...rest,
    media: media.nodes.map((item) => resolveUrls(item, client.endpoint)),
    mayEdit: viewer?.rights.includes('EDIT_MEDIA') ?? true,
  };
}

/** A server may name its files relative to itself; the page is elsewhere. What is no address of the web is left out. */
export function resolveUrls(media: MediaItem, endpoint: string): MediaItem {
  const absolute = <T extends { url: string }>(files: readonly T[] = []): T[] =>
    files.flatMap((file) => {
      const url = webAddress(file.url, endpoint);
      return url === null ? [] : [{ ...file, url }];
    });
  return { ...media, renditions: absolute(media.renditions), sources: absolute(media.sources) };
}
