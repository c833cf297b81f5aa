import type { UserError, VehicleDetails } from './documents.ts';

/** What the form holds: a text for every field, as it was typed. */
export type VehicleDraft = Record<DraftField, string>;
export type DraftField = (typeof DRAFT_FIELDS)[number];

export const DRAFT_FIELDS = [
  'vin',
  'stockNumber',
  'year',
  'make',
  'model',
  'trim',
  'bodyStyle',
  'condition',
  'priceAmount',
  'priceCurrency',
  'mileage',
  'exteriorColor',
  'interiorColor',
  'description',
] as const;

export type DraftErrors = Partial<Record<DraftField, string>>;

const NUMBERS: ReadonlySet<string> = new Set(['year', 'mileage']);

export function emptyDraft(): VehicleDraft {
  const draft = Object.fromEntries(DRAFT_FIELDS.map((field) => [field, ''])) as VehicleDraft;
  return { ...draft, priceCurrency: 'USD' };
}

export function draftOf(vehicle: VehicleDetails): VehicleDraft {
  const text = (value: string | number | null) => (value === null ? '' : String(value));
  return {
    vin: text(vehicle.vin),
    stockNumber: text(vehicle.stockNumber),
    year: text(vehicle.year),
    make: text(vehicle.make),
    model: text(vehicle.model),
    trim: text(vehicle.trim),
    bodyStyle: text(vehicle.bodyStyle),
    condition: text(vehicle.condition),
    priceAmount: text(vehicle.price?.amount ?? null).replace(/\.00$/, ''),
    priceCurrency: text(vehicle.price?.currency ?? 'USD'),
    mileage: text(vehicle.mileage),
    exteriorColor: text(vehicle.exteriorColor),
    interiorColor: text(vehicle.interiorColor),
    description: text(vehicle.description),
  };
}

export function isSameDraft(one: VehicleDraft, other: VehicleDraft): boolean {
  return DRAFT_FIELDS.every((field) => one[field] === other[field]);
}

/** "24,990.50", "24 990" and "$24990" as digits that can be sent; other text as it is. */
function plainNumber(text: string): string {
  return text.replace(/^\p{Sc}/u, '').replace(/[\s\u00a0']|,(?=\d{3}(\D|$))/g, '');
}

/** What cannot even be sent; everything else is for the server to judge. */
export function draftErrors(draft: VehicleDraft): DraftErrors {
  const errors: DraftErrors = {};
  const year = plainNumber(draft.year);
  if (year !== '' && !/^\d{4}$/.test(year)) errors.year = 'Enter the year with four digits.';
  const mileage = plainNumber(draft.mileage);
  if (mileage !== '' && !/^\d{1,7}$/.test(mileage)) {
    errors.mileage = 'Enter the mileage in digits, such as 41,200.';
  }
  const amount = plainNumber(draft.priceAmount);
  if (amount !== '' && !/^\d{1,10}(\.\d{1,2})?$/.test(amount)) {
    errors.priceAmount = 'Enter an amount such as 24,990 or 24,990.50.';
  }
  return errors;
}

/** The `VehicleFields` that differ: someone else's change of another field stays. */
export function changedFields(
  saved: VehicleDraft,
  draft: VehicleDraft,
): Record<string, string | number | null> {
  const fields: Record<string, string | number | null> = {};
  for (const field of DRAFT_FIELDS) {
    if (draft[field] !== saved[field]) fields[field] = fieldValue(field, draft[field]);
  }
  // An amount and its currency are one value.
  if ('priceAmount' in fields || 'priceCurrency' in fields) {
    const hasPrice = draft.priceAmount.trim() !== '';
    fields['priceAmount'] = fieldValue('priceAmount', draft.priceAmount);
    fields['priceCurrency'] = hasPrice ? draft.priceCurrency : null;
  }
  return fields;
}

function fieldValue(field: DraftField, text: string): string | number | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (NUMBERS.has(field)) return Number(plainNumber(trimmed));
  if (field === 'priceAmount') return plainNumber(trimmed);
  return field === 'vin' ? trimmed.toUpperCase() : trimmed;
}

/** The server's errors at the fields that they name; the others as sentences of the form. */
export function placeErrors(userErrors: readonly UserError[]): {
  fields: DraftErrors;
  form: string[];
} {
  const fields: DraftErrors = {};
  const form: string[] = [];
  for (const { field, message } of userErrors) {
    const name = DRAFT_FIELDS.find((candidate) => candidate === field?.[2]);
    if (name === undefined || field?.[1] !== 'vehicle') form.push(message);
    else fields[name] = name in fields ? `${fields[name]} ${message}` : message;
  }
  return { fields, form };
}

/** What was typed while a save was under way stays; the rest becomes what was saved. */
export function rebaseDraft(
  sent: VehicleDraft,
  now: VehicleDraft,
  saved: VehicleDraft,
): VehicleDraft {
  const entries = DRAFT_FIELDS.map((field) => [
    field,
    now[field] === sent[field] ? saved[field] : now[field],
  ]);
  return Object.fromEntries(entries) as VehicleDraft;
}
