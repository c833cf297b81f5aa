import type { Logger } from 'pino';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { UserFailure } from '../errors.ts';
import { failpoint } from '../failpoint.ts';
import { changeGallery, type VehicleAddress } from '../gallery/change-gallery.ts';
import { endLateTickets } from '../gallery/room.ts';
import { ownsStore } from '../objects/store-owner.ts';
import { StorageError, type Storage } from '../storage/storage.ts';
import { findAbandoned } from './abandoned-uploads.ts';
import type { CompleteUpload } from './complete-upload.ts';
import type { UploadLimits } from './policy.ts';
import { sweepIncoming, sweepMultiparts } from './sweep.ts';

/** What becomes of uploads that nobody goes on with. */
export interface Healing {
  /**
   * Completes what was sent and never completed, as who asked for it would have. Returns how many.
   * While the store is down it finds none.
   */
  adopt(): Promise<number>;
  /**
   * Ends tickets that are past their time and deletes what was sent for uploads that are over.
   * Returns how many tickets it ended. A store that is down keeps the bytes for the next call,
   * one that is another database's keeps them for good.
   */
  expire(): Promise<number>;
}

export interface HealingOptions {
  prisma: PrismaClient;
  asTenant: Database['asTenant'];
  storage: Storage;
  limits: UploadLimits;
  complete: CompleteUpload;
  log: Logger;
}

/** One upload that cannot be helped holds up no other: it is told of, and met again the next time. */
export function createHealing({
  prisma,
  asTenant,
  storage,
  limits,
  complete,
  log,
}: HealingOptions): Healing {
  function tell(error: unknown, message: string, about: object = {}): void {
    const denied = error instanceof StorageError && error.code === 'DENIED';
    log[denied ? 'error' : 'warn']({ err: error, ...about }, message);
  }

  return {
    async adopt() {
      let adopted = 0;
      try {
        for await (const { id, dealershipId } of findAbandoned(
          prisma,
          storage,
          limits.adoptSeconds,
        )) {
          try {
            await complete({ dealershipId }, id, null);
            adopted += 1;
          } catch (error) {
            // Other bytes than were announced: the ticket says so now.
            if (error instanceof UserFailure) {
              // The others would only wait for the same store, one after the other.
              if (isUnavailable(error.cause)) throw error.cause;
              continue;
            }
            tell(error, 'an upload whose client has gone cannot be completed', { uploadId: id });
          }
        }
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        tell(error, 'storage does not tell what has arrived; it is asked again');
      }
      return adopted;
    },

    async expire() {
      const late = await prisma.$queryRaw<VehicleAddress[]>`
        select distinct dealership_id "dealershipId", vehicle_id "vehicleId" from uploads
        where status = 'AWAITING_BYTES' and expires_at <= now()`;
      let count = 0;
      for (const address of late) {
        try {
          count +=
            (await changeGallery(asTenant(address.dealershipId), address, endLateTickets)) ?? 0;
        } catch (error) {
          tell(error, 'the late tickets of a vehicle cannot be ended', address);
        }
      }
      if (count > 0) await failpoint('tickets-expired');
      const later = (error: unknown): false => {
        if (!(error instanceof StorageError)) throw error;
        tell(error, 'storage does not let go of what was sent in vain; it is asked again');
        return false;
      };
      if (await ownsStore(prisma, storage).catch(later)) {
        await sweepIncoming(prisma, storage, limits.urlTtlSeconds).catch(later);
        await sweepMultiparts(prisma, storage, limits.ttlSeconds).catch(later);
      }
      return count;
    },
  };
}

function isUnavailable(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code === 'UNAVAILABLE';
}
