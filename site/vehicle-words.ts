export interface Price {
  /** Decimal, such as "24990.00". */
  amount: string;
  /** ISO 4217. */
  currency: string;
}

export type VehicleCondition = 'NEW' | 'USED' | 'CERTIFIED';
export type VehicleStatus = 'DRAFT' | 'PUBLISHED' | 'SOLD' | 'ARCHIVED';

export const CONDITION_WORDS: Readonly<Record<VehicleCondition, string>> = {
  NEW: 'New',
  USED: 'Used',
  CERTIFIED: 'Certified',
};

export const STATUS_WORDS: Readonly<Record<VehicleStatus, string>> = {
  DRAFT: 'Draft',
  PUBLISHED: 'Published',
  SOLD: 'Sold',
  ARCHIVED: 'Archived',
};

/** "$24,990", with cents only where there are some. */
export function priceWords(price: Price | null): string {
  if (price === null) return 'Price on request';
  const amount = Number(price.amount);
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency: price.currency,
    ...(Number.isInteger(amount) ? { maximumFractionDigits: 0 } : {}),
  }).format(amount);
}

/** Odometers read miles where people pay in these; kilometres elsewhere. */
const MILE_CURRENCIES = new Set(['USD', 'GBP']);

export function mileageUnit(price: Price | null): 'mile' | 'kilometer' | null {
  if (price === null) return null;
  return MILE_CURRENCIES.has(price.currency) ? 'mile' : 'kilometer';
}

/** "12,400 mi"; the bare number where no price tells the market. */
export function mileageWords(mileage: number, price: Price | null): string {
  const unit = mileageUnit(price);
  return new Intl.NumberFormat('en', unit === null ? {} : { style: 'unit', unit }).format(mileage);
}

export function countWords(count: number, one: string, many: string): string {
  return `${new Intl.NumberFormat('en').format(count)} ${count === 1 ? one : many}`;
}

/** "1.2 GB": in the units of a thousand that shops and stores write. */
export function sizeWords(bytes: number): string {
  const [unit, divisor] =
    bytes >= 999_500_000
      ? (['gigabyte', 1_000_000_000] as const)
      : bytes >= 999_500
        ? (['megabyte', 1_000_000] as const)
        : (['kilobyte', 1_000] as const);
  const size = bytes / divisor;
  const maximumFractionDigits = size < 10 ? 1 : 0;
  return new Intl.NumberFormat('en', { style: 'unit', unit, maximumFractionDigits }).format(size);
}
