import type { Prisma, VehicleCondition, VehicleStatus } from '../../generated/prisma/client.ts';
import { UserFailure } from '../errors.ts';
import { cleanText } from '../gallery/media-texts.ts';
import { parseVin } from './vin.ts';

/** What a client says of a vehicle: absent keeps, null clears. */
export interface VehicleFields {
  id?: string | null;
  vin?: string | null;
  stockNumber?: string | null;
  year?: number | null;
  make?: string | null;
  model?: string | null;
  trim?: string | null;
  bodyStyle?: string | null;
  condition?: VehicleCondition | null;
  status?: VehicleStatus | null;
  priceAmount?: string | null;
  priceCurrency?: string | null;
  mileage?: number | null;
  exteriorColor?: string | null;
  interiorColor?: string | null;
  description?: string | null;
}

const SHORT_TEXTS = [
  'make',
  'model',
  'trim',
  'bodyStyle',
  'exteriorColor',
  'interiorColor',
] as const;

export type VehicleData = Omit<
  Prisma.VehicleUncheckedUpdateInput,
  'id' | 'vin' | 'stockNumber' | 'priceAmount' | 'priceCurrency'
> & {
  vin?: string | null;
  stockNumber?: string | null;
  /** Decimal digits. */
  priceAmount?: string | null;
  priceCurrency?: string | null;
};

/** The columns to write. Throws a {@link UserFailure} that names its field. */
export function readVehicleFields(fields: VehicleFields): VehicleData {
  const data: VehicleData = {};
  if (fields.vin !== undefined) data.vin = readVin(fields.vin);
  if (fields.stockNumber !== undefined)
    data.stockNumber = text(fields.stockNumber, 'stockNumber', 50);
  for (const name of SHORT_TEXTS) {
    if (fields[name] !== undefined) data[name] = text(fields[name], name, 100);
  }
  if (fields.description !== undefined)
    data.description = text(fields.description, 'description', 20_000);
  if (fields.year !== undefined) data.year = whole(fields.year, 'year', 1886, 2100);
  if (fields.mileage !== undefined) data.mileage = whole(fields.mileage, 'mileage', 0, 10_000_000);
  if (fields.condition !== undefined) data.condition = fields.condition;
  if (fields.status) data.status = fields.status;
  if (fields.priceAmount !== undefined) data.priceAmount = readAmount(fields.priceAmount);
  if (fields.priceCurrency !== undefined) data.priceCurrency = readCurrency(fields.priceCurrency);
  return data;
}

export function at(name: keyof VehicleFields): readonly string[] {
  return ['input', 'vehicle', name];
}

function readVin(vin: string | null): string | null {
  if (vin === null || vin.trim() === '') return null;
  const parsed = parseVin(vin);
  if (parsed === null) {
    throw new UserFailure(
      'INVALID_VIN',
      'This is not a valid VIN: it has 17 letters and digits (no I, O or Q), and in North America a check digit. Leave it empty and use the stock number if the vehicle has none.',
      { field: at('vin') },
    );
  }
  return parsed;
}

function text(value: string | null, name: keyof VehicleFields, maxLength: number): string | null {
  try {
    return cleanText(value, name, maxLength);
  } catch (error) {
    if (!(error instanceof UserFailure)) throw error;
    throw new UserFailure(error.code, error.message, { field: at(name) });
  }
}

function whole(
  value: number | null,
  name: keyof VehicleFields,
  min: number,
  max: number,
): number | null {
  if (value !== null && (value < min || value > max)) {
    throw new UserFailure('INVALID_INPUT', `Use a number from ${min} to ${max}.`, {
      field: at(name),
    });
  }
  return value;
}

function readAmount(amount: string | null): string | null {
  if (amount === null || amount.trim() === '') return null;
  if (!/^\d{1,10}(\.\d{1,2})?$/.test(amount.trim())) {
    throw new UserFailure(
      'INVALID_INPUT',
      'Write the price as digits with a point, such as 23990 or 23990.50.',
      {
        field: at('priceAmount'),
      },
    );
  }
  return amount.trim();
}

function readCurrency(currency: string | null): string | null {
  if (currency === null || currency.trim() === '') return null;
  const code = currency.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) {
    throw new UserFailure(
      'INVALID_INPUT',
      'Use a currency code of three letters (ISO 4217), such as USD or EUR.',
      {
        field: at('priceCurrency'),
      },
    );
  }
  return code;
}
