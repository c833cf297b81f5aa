import { UserFailure } from '../errors.ts';
import type { OpenGallery } from './change-gallery.ts';
import {
  dealershipUsage,
  USAGE_COLUMNS,
  vehicleUsage,
  type StorageUsage,
  type UsageLimits,
} from './storage-usage.ts';

/** The room that a vehicle and its dealership have left. Nobody else takes of it until the transaction ends. */
export interface Room {
  /** Throws QUOTA_EXCEEDED unless there is room for one more media of this size. */
  require(byteSize: number, field: readonly string[]): void;
  /**
   * Holds the limits to what the transaction changed since it looked last. Throws QUOTA_EXCEEDED when
   * that took room which is not there; what takes none is let through. The change is to be taken back.
   */
  hold(field: readonly string[]): Promise<void>;
}

/** Locks the dealership, which comes after the lock of its vehicle everywhere, and ends tickets that are past their time. */
export async function openRoom(gallery: OpenGallery, limits: UsageLimits): Promise<Room> {
  const { tx, dealershipId, vehicleId } = gallery;
  await tx.$executeRaw`select 1 from dealerships where id = ${dealershipId}::uuid for no key update`;
  await endLateTickets(gallery);

  async function look(): Promise<Owner[]> {
    const { dealership, ...vehicle } = await tx.vehicle.findUniqueOrThrow({
      where: { dealershipId_id: { dealershipId, id: vehicleId } },
      select: { ...USAGE_COLUMNS, dealership: { select: USAGE_COLUMNS } },
    });
    return [
      { name: 'vehicle', usage: vehicleUsage(vehicle, limits) },
      { name: 'dealership', usage: dealershipUsage(dealership, limits) },
    ];
  }

  let before = await look();
  return {
    require(byteSize, field) {
      for (const owner of before) {
        const { count, bytes } = taken(owner);
        check(owner, { count: count + 1, bytes: bytes + byteSize }, field, limits);
      }
    },

    async hold(field) {
      const after = await look();
      for (const [index, owner] of before.entries()) {
        check(owner, taken(after[index] ?? owner), field, limits);
      }
      before = after;
    },
  };
}

/** Gives back what tickets of this vehicle hold that nobody can use any more. Resolves to their number. */
export function endLateTickets({ tx, dealershipId, vehicleId }: OpenGallery): Promise<number> {
  return tx.$executeRaw`
    update uploads set status = 'EXPIRED', updated_at = now()
    where dealership_id = ${dealershipId}::uuid and vehicle_id = ${vehicleId}::uuid
      and status = 'AWAITING_BYTES' and expires_at <= now()`;
}

interface Owner {
  name: 'vehicle' | 'dealership';
  usage: StorageUsage;
}

interface Taken {
  count: number;
  bytes: number;
}

function taken({ usage: { total } }: Owner): Taken {
  return {
    count: total.usedCount + total.reservedCount,
    bytes: total.usedBytes + total.reservedBytes,
  };
}

function check(
  owner: Owner,
  after: Taken,
  field: readonly string[],
  { maxMediaPerVehicle }: UsageLimits,
): void {
  const { name, usage } = owner;
  const { limitCount, limitBytes } = usage;
  const { count, bytes } = taken(owner);
  let sentence: string | null = null;
  if (limitCount !== null && after.count > Math.max(count, limitCount)) {
    sentence = `This ${name} has ${count} of ${limitCount} media.`;
  } else if (limitBytes !== null && after.bytes > Math.max(bytes, limitBytes)) {
    sentence = `The media of this ${name} take ${megabytes(bytes)} of ${megabytes(limitBytes)} MB, and ${megabytes(after.bytes - bytes)} MB more are needed.`;
  }
  if (sentence === null) return;
  throw new UserFailure('QUOTA_EXCEEDED', `${sentence} Delete some first.`, {
    field,
    usage,
    limit: maxMediaPerVehicle,
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}
