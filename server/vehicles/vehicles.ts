import { v7 as uuid } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.ts';
import { audit, auditActor } from '../accounts/audit.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { Database } from '../db/database.ts';
import { isTaken } from '../db/unique.ts';
import { UserFailure } from '../errors.ts';
import { emitRemoved, openGallery } from '../gallery/change-gallery.ts';
import type { IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { once } from '../idempotency/once.ts';
import { at, readVehicleFields, type VehicleData, type VehicleFields } from './vehicle-fields.ts';

/** What is done with the vehicles of a dealership. */
export interface Vehicles {
  /** Finds by id, else VIN, else stock number; adds when none is there. Resolves to its id. */
  upsert(
    actor: Actor,
    fields: Omit<VehicleFields, 'id'> & { id?: string | null },
    key?: IdempotencyKey | null,
  ): Promise<string>;
  /** Deletes the vehicle with its media and uploads, and tells whoever follows them. */
  remove(actor: Actor, vehicleId: string | null, key?: IdempotencyKey | null): Promise<string>;
}

export function createVehicles({ asTenant }: Pick<Database, 'asTenant'>): Vehicles {
  async function write(
    tx: Prisma.TransactionClient,
    { dealershipId }: Actor,
    fields: VehicleFields,
    data: VehicleData,
  ): Promise<string> {
    const found = await find(tx, dealershipId, fields, data);
    const publishedAt = data.status === 'PUBLISHED' ? await databaseTime(tx) : undefined;
    if (!found) {
      if (!data.vin && !data.stockNumber) {
        throw new UserFailure('INVALID_INPUT', 'Give the vehicle a VIN or a stock number.', {
          field: at('stockNumber'),
        });
      }
      const id = uuid();
      await tx.vehicle.create({
        data: {
          ...(data as Prisma.VehicleUncheckedCreateInput),
          priceCurrency: priceCurrency(data, null),
          id,
          dealershipId,
          publishedAt,
        },
        select: { id: true },
      });
      return id;
    }
    await tx.vehicle.update({
      where: { dealershipId_id: { dealershipId, id: found.id } },
      data: {
        ...data,
        priceCurrency: priceCurrency(data, found),
        ...(publishedAt && !found.publishedAt && { publishedAt }),
      },
      select: { id: true },
    });
    return found.id;
  }

  return {
    async upsert(actor, fields, key) {
      const data = readVehicleFields(fields);
      const attempt = () =>
        asTenant(actor.dealershipId).$transaction((tx) =>
          once(tx, key, () => write(tx, actor, fields, data)),
        );
      try {
        return await attempt();
      } catch (error) {
        if (!isTaken(error)) throw error;
        // Somebody else added it at the same moment, or it is a conflict that the second try names.
        try {
          return await attempt();
        } catch (again) {
          if (!isTaken(again)) throw again;
          const field = isTaken(again, 'vehicles_dealership_id_vin_key') ? 'vin' : 'stockNumber';
          const name = field === 'vin' ? 'VIN' : 'stock number';
          throw new UserFailure('INVALID_INPUT', `Another vehicle has this ${name}.`, {
            field: at(field),
            cause: again,
          });
        }
      }
    },

    remove(actor, vehicleId, key) {
      return asTenant(actor.dealershipId).$transaction((tx) =>
        once(tx, key, async () => {
          const { dealershipId } = actor;
          const gallery = vehicleId && (await openGallery(tx, { dealershipId, vehicleId }));
          if (!vehicleId || !gallery) throw unknownVehicle(['input', 'id']);
          await gallery.changed();
          for (const media of await gallery.list()) await emitRemoved(gallery, media);
          await gallery.emit({ type: 'VEHICLE_REMOVED' }, { mediaId: null, forPublic: true });
          const { vin, stockNumber } = await tx.vehicle.findUniqueOrThrow({
            where: { dealershipId_id: { dealershipId, id: vehicleId } },
            select: { vin: true, stockNumber: true },
          });
          await audit(tx, dealershipId, {
            actor: auditActor(actor),
            action: 'VEHICLE_DELETED',
            subject: { kind: 'VEHICLE', id: vehicleId },
            details: { vin, stockNumber },
          });
          await tx.vehicle.delete({
            where: { dealershipId_id: { dealershipId, id: vehicleId } },
            select: { id: true },
          });
          return vehicleId;
        }),
      );
    },
  };
}

/** Of a price whose currency nobody has said. */
const DEFAULT_CURRENCY = 'USD';

const FOUND = { id: true, publishedAt: true, priceAmount: true, priceCurrency: true } as const;

type Found = Prisma.VehicleGetPayload<{ select: typeof FOUND }>;

/** What to write; undefined keeps. A price never gets another currency without a word. */
function priceCurrency(data: VehicleData, found: Found | null): string | null | undefined {
  const said = data.priceCurrency;
  const amount = data.priceAmount === undefined ? found?.priceAmount : data.priceAmount;
  if (said || amount == null) return said;
  const before = found?.priceCurrency ?? DEFAULT_CURRENCY;
  if (said === undefined || before === DEFAULT_CURRENCY) return before;
  throw new UserFailure(
    'INVALID_INPUT',
    `The price is in ${before}. Say its currency, or clear the amount with it.`,
    { field: at('priceCurrency') },
  );
}

async function find(
  tx: Prisma.TransactionClient,
  dealershipId: string,
  fields: VehicleFields,
  data: VehicleData,
): Promise<Found | null> {
  if (fields.id !== undefined) {
    const vehicle =
      fields.id === null
        ? null
        : await tx.vehicle.findFirst({ where: { dealershipId, id: fields.id }, select: FOUND });
    if (!vehicle) throw unknownVehicle(at('id'));
    return vehicle;
  }
  const { vin, stockNumber } = data;
  const byVin = vin
    ? await tx.vehicle.findFirst({ where: { dealershipId, vin }, select: FOUND })
    : null;
  if (byVin || !stockNumber) return byVin;
  const byStock = await tx.vehicle.findFirst({
    where: { dealershipId, stockNumber },
    select: { ...FOUND, vin: true },
  });
  if (byStock?.vin && vin && byStock.vin !== vin) {
    throw new UserFailure('INVALID_INPUT', 'A vehicle with another VIN has this stock number.', {
      field: at('stockNumber'),
    });
  }
  return byStock;
}

async function databaseTime(tx: Prisma.TransactionClient): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select now() "now"`;
  return row?.now ?? new Date();
}

function unknownVehicle(field: readonly string[]): UserFailure {
  return new UserFailure('NOT_FOUND', 'There is no such vehicle. Reload the page and try again.', {
    field,
  });
}
