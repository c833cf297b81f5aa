import type { MediaStatus } from '../../generated/prisma/enums.ts';
import type { MediaSnapshot } from './media-snapshot.ts';

/** What happened, as the outbox keeps it: enough to tell it again without another read. */
export type MediaChange =
  | { type: 'MEDIA_ADDED'; media: MediaSnapshot }
  | { type: 'MEDIA_UPDATED'; media: MediaSnapshot }
  | { type: 'MEDIA_STATUS_CHANGED'; media: MediaSnapshot; from: MediaStatus; to: MediaStatus }
  | { type: 'MEDIA_REMOVED'; mediaId: string }
  | { type: 'MEDIA_REORDERED'; order: readonly PlacedMedia[] };

/** What the outbox keeps beyond that: nothing comes after it, and the streams of the vehicle end. */
export interface VehicleRemoval {
  type: 'VEHICLE_REMOVED';
}

export interface PlacedMedia {
  id: string;
  position: number;
  /** Whether the public sees it. */
  ready: boolean;
}

export type ResetReason =
  /** The cursor is not one of this feed. */
  | 'UNKNOWN_CURSOR'
  /** Events after the cursor are no longer kept. */
  | 'PRUNED';

interface Delivered {
  cursor: string;
  at: Date;
  /** In the reset of a dealership's feed: the dealership. */
  vehicleId: string;
  mediaVersion: number;
}

/** One event as a subscriber gets it. */
export type MediaEvent =
  | (Delivered & { change: MediaChange; forPublic: boolean })
  | (Delivered & {
      change: { type: 'MEDIA_STREAM_RESET'; reason: ResetReason; scope: 'vehicle' | 'dealership' };
    });
