import {
  SAME_VEHICLE,
  SAVE_VEHICLE,
  type SameVehicleData,
  type SaveVehicleData,
  type VehicleDetails,
} from './documents.ts';
import type { FormProblems } from './error-summary.ts';
import type { StaffContext } from './staff-context.ts';
import {
  changedFields,
  draftErrors,
  emptyDraft,
  placeErrors,
  type VehicleDraft,
} from './vehicle-draft.ts';
import type { VehicleStatus } from '../vehicle-words.ts';

/** Either the vehicle as it is now, or what has to be mended first. */
export type SaveResult = { vehicle: VehicleDetails } | FormProblems;

/** The vehicle that has this VIN or stock number already, as errors at those fields. */
async function findSame(
  context: StaffContext,
  fields: Record<string, unknown>,
): Promise<FormProblems | null> {
  const { vin = null, stockNumber = null } = fields;
  if (vin === null && stockNumber === null) return null;
  const same = await context.ask<SameVehicleData>(SAME_VEHICLE, {
    vin,
    stockNumber,
    hasVin: vin !== null,
    hasStockNumber: stockNumber !== null,
  });
  const found = same.byVin ?? same.byStockNumber;
  if (!found) return null;
  const text = `“${found.title}” has this already.`;
  return {
    fields: same.byVin ? { vin: text } : { stockNumber: text },
    form: [],
    existingId: found.id,
  };
}

/** Saves what differs from `saved`; without one, adds a vehicle. Rejects with an `ApiFailure`. */
export async function saveVehicle(
  context: StaffContext,
  saved: { id: string; draft: VehicleDraft } | null,
  draft: VehicleDraft,
  status?: VehicleStatus,
): Promise<SaveResult> {
  const mistakes = draftErrors(draft);
  if (Object.keys(mistakes).length > 0) return { fields: mistakes, form: [] };
  const fields = changedFields(saved?.draft ?? emptyDraft(), draft);
  if (saved === null) {
    if (Object.keys(fields).length === 0) {
      return { fields: {}, form: ['Fill in something first: a VIN, a stock number or a make.'] };
    }
    const same = await findSame(context, fields);
    if (same !== null) return same;
  }
  const { upsertVehicle } = await context.ask<SaveVehicleData>(SAVE_VEHICLE, {
    input: {
      vehicle: {
        ...(saved === null ? {} : { id: saved.id }),
        ...fields,
        ...(status === undefined ? {} : { status }),
      },
    },
  });
  const { vehicle, userErrors } = upsertVehicle;
  if (vehicle !== null && userErrors.length === 0) return { vehicle };
  return placeErrors(userErrors);
}
