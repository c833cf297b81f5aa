import { Prisma } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';
import { failpoint } from '../failpoint.ts';
import { changeGallery } from '../gallery/change-gallery.ts';
import { RESTORE_DAYS } from '../gallery/gallery.ts';

/** How long the ticket of an upload that came to nothing can be read. */
const ENDED_TICKET_DAYS = 7;
const VEHICLES_AT_ONCE = 100;

const GONE_FOR_GOOD = Prisma.sql`(
  deleted_at <= now() - make_interval(days => ${RESTORE_DAYS}::int)
  or status = 'PENDING_UPLOAD'
    and updated_at <= now() - make_interval(days => ${ENDED_TICKET_DAYS}::int)
    and not exists (
      select 1 from uploads upload
      where upload.dealership_id = media.dealership_id and upload.media_id = media.id
        and (
          upload.status = 'AWAITING_BYTES'
          or upload.updated_at > now() - make_interval(days => ${ENDED_TICKET_DAYS}::int)
        )
    )
)`;

/**
 * Removes the rows of media that cannot come back any more: deleted ones after
 * {@link RESTORE_DAYS}, and those whose uploads ended without any bytes, after
 * {@link ENDED_TICKET_DAYS}. Rows first: their objects are nobody's from then
 * on, and the sweep finds them. The other way round a crash in between would
 * leave a media without its bytes. Returns how many went.
 */
export async function purgeMedia({
  prisma,
  asTenant,
}: Pick<Database, 'prisma' | 'asTenant'>): Promise<number> {
  let purged = 0;
  for (;;) {
    const vehicles = await prisma.$queryRaw<{ dealershipId: string; vehicleId: string }[]>`
      select distinct dealership_id "dealershipId", vehicle_id "vehicleId" from media
      where ${GONE_FOR_GOOD} limit ${VEHICLES_AT_ONCE}`;
    for (const vehicle of vehicles) {
      // Under the lock of the gallery, as a restore is.
      const count = await changeGallery(
        asTenant(vehicle.dealershipId),
        vehicle,
        ({ tx, dealershipId, vehicleId }) => tx.$executeRaw`
          delete from media
          where dealership_id = ${dealershipId}::uuid and vehicle_id = ${vehicleId}::uuid and ${GONE_FOR_GOOD}`,
      );
      purged += count ?? 0;
    }
    if (vehicles.length > 0) await failpoint('purge-rows-gone');
    if (vehicles.length < VEHICLES_AT_ONCE) return purged;
  }
}
