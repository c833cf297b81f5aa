import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import type { MediaChange, PlacedMedia, VehicleRemoval } from '../events/media-event.ts';
import { takeSnapshot, type MediaRecord } from '../events/media-snapshot.ts';
import { appendEvent } from '../events/outbox.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { IN_GALLERY } from './visibility.ts';

export interface VehicleAddress {
  dealershipId: string;
  vehicleId: string;
}

/** A vehicle's gallery, locked until its transaction ends. */
export interface OpenGallery extends VehicleAddress {
  readonly tx: Prisma.TransactionClient;
  /** The database's clock. */
  readonly now: Date;
  readonly version: number;
  /** Membership or order changes: the version rises, once in a transaction. */
  changed(): Promise<void>;
  /** Everything in the gallery, in order. */
  list(): Promise<MediaRecord[]>;
  /** Null when the media is not this dealership's. Deleted and pending ones are found. */
  find(mediaId: string): Promise<MediaRecord | null>;
  update(mediaId: string, data: Prisma.MediaUncheckedUpdateInput): Promise<MediaRecord>;
  /** Gives the media the positions 0, 1, 2, … and tells everybody. */
  arrange(mediaIds: readonly string[]): Promise<void>;
  emit(
    change: MediaChange | VehicleRemoval,
    options: { mediaId: string | null; forPublic: boolean },
  ): Promise<void>;
}

/** Runs one change of one gallery. Null when the dealership has no such vehicle. */
export async function changeGallery<T>(
  prisma: PrismaClient,
  address: VehicleAddress,
  work: (gallery: OpenGallery) => Promise<T>,
): Promise<T | null> {
  return prisma.$transaction(async (tx) => {
    const gallery = await openGallery(tx, address);
    return gallery && work(gallery);
  });
}

/**
 * Locks a gallery, before the transaction writes anything: so the events of a
 * vehicle have the order of its changes. Null when the dealership has no such
 * vehicle.
 */
export async function openGallery(
  tx: Prisma.TransactionClient,
  address: VehicleAddress,
): Promise<OpenGallery | null> {
  const [vehicle] = await tx.$queryRaw<{ version: number; now: Date }[]>`
    select media_version "version", now() "now" from vehicles
    where dealership_id = ${address.dealershipId}::uuid and id = ${address.vehicleId}::uuid for update`;
  return vehicle ? lockedGallery(tx, address, vehicle.version, vehicle.now) : null;
}

function lockedGallery(
  tx: Prisma.TransactionClient,
  address: VehicleAddress,
  startVersion: number,
  now: Date,
): OpenGallery {
  const { dealershipId, vehicleId } = address;
  let version = startVersion;
  const include = { renditions: true } as const;

  const gallery: OpenGallery = {
    dealershipId,
    vehicleId,
    tx,
    now,
    get version() {
      return version;
    },

    async changed() {
      if (version > startVersion) return;
      version += 1;
      await tx.vehicle.update({
        where: { dealershipId_id: { dealershipId, id: vehicleId } },
        data: { mediaVersion: version },
        select: { id: true },
      });
    },

    list() {
      return tx.media.findMany({
        where: {
          dealershipId,
          vehicleId,
          ...IN_GALLERY,
          status: { in: [...IN_GALLERY.status.in] },
        },
        orderBy: [{ position: 'asc' }, { id: 'asc' }],
        include,
      });
    },

    find(mediaId) {
      return tx.media.findFirst({ where: { dealershipId, vehicleId, id: mediaId }, include });
    },

    update(mediaId, data) {
      return tx.media.update({
        where: { dealershipId_id: { dealershipId, id: mediaId } },
        data,
        include,
      });
    },

    async arrange(mediaIds) {
      // Media that are still on their way follow, in the order they were asked for.
      await tx.$executeRaw`
        update media set position = placed.position, updated_at = now()
        from (
          select id, (row_number() over (order by array_position(${[...mediaIds]}::uuid[], id), position, id) - 1)::int "position"
          from media where dealership_id = ${dealershipId}::uuid and vehicle_id = ${vehicleId}::uuid and deleted_at is null
        ) placed
        where media.id = placed.id and media.position <> placed.position`;
      await gallery.changed();
      const order: PlacedMedia[] = (await gallery.list()).map((media) => ({
        id: media.id,
        position: media.position,
        ready: media.status === 'READY',
      }));
      await gallery.emit({ type: 'MEDIA_REORDERED', order }, { mediaId: null, forPublic: true });
    },

    async emit(change, { mediaId, forPublic }) {
      // Whoever polls vehicles by the time of their change finds what happened to their media.
      await tx.$executeRaw`
        update vehicles set updated_at = now() where dealership_id = ${dealershipId}::uuid and id = ${vehicleId}::uuid`;
      await appendEvent(tx, {
        dealershipId,
        vehicleId,
        mediaId,
        mediaVersion: version,
        forPublic,
        change,
      });
    },
  };
  return gallery;
}

/** Tells of one media as it is now. */
export function mediaChange(
  type: 'MEDIA_ADDED' | 'MEDIA_UPDATED',
  media: MediaRecord,
): MediaChange {
  return { type, media: takeSnapshot(media) };
}

/** Tells that a media left its gallery. */
export async function emitRemoved(
  gallery: OpenGallery,
  { id, status }: MediaRecord,
): Promise<void> {
  await gallery.emit(
    { type: 'MEDIA_REMOVED', mediaId: id },
    { mediaId: id, forPublic: status === 'READY' },
  );
}

/**
 * Runs one change of the gallery that a media belongs to, once for each key.
 * NOT_FOUND when the media is not this dealership's. Resolves to its id.
 */
export async function changeMedia(
  prisma: PrismaClient,
  dealershipId: string,
  mediaId: string | null,
  key: IdempotencyKey | null | undefined,
  work: (gallery: OpenGallery, media: MediaRecord) => Promise<unknown>,
): Promise<string> {
  return prisma.$transaction((tx) =>
    once(tx, key, async () => {
      if (mediaId === null) throw unknownMedia();
      const owner = await tx.media.findFirst({
        where: { dealershipId, id: mediaId },
        select: { vehicleId: true },
      });
      const gallery =
        owner && (await openGallery(tx, { dealershipId, vehicleId: owner.vehicleId }));
      const media = await gallery?.find(mediaId);
      if (!gallery || !media) throw unknownMedia();
      await work(gallery, media);
      return media.id;
    }),
  );
}

export function unknownMedia(field: readonly string[] = ['input', 'id']): UserFailure {
  return new UserFailure(
    'NOT_FOUND',
    'There is no such media. It may have been deleted; reload the page.',
    {
      field,
    },
  );
}
