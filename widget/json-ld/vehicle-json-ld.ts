import type { MediaItem } from '../api/media-item.ts';
import type { VehicleSnapshot } from '../api/read-vehicle.ts';

export type JsonLd = Readonly<Record<string, unknown>>;

/** Odometers read miles where people pay in these; kilometres elsewhere. UN/CEFACT common codes. */
const odometerUnit = (currency: string): string =>
  ['USD', 'GBP'].includes(currency) ? 'SMI' : 'KMT';

/** A vehicle as https://schema.org/Car; what is not known is left out. */
export function vehicleJsonLd(vehicle: VehicleSnapshot, media: readonly MediaItem[]): JsonLd {
  const { price, year, condition, mileage, make, dealership } = vehicle;
  return known({
    '@context': 'https://schema.org',
    '@type': 'Car',
    name: vehicle.title,
    image: media.flatMap(photoUrl),
    vehicleIdentificationNumber: vehicle.vin,
    sku: vehicle.stockNumber,
    brand: make && { '@type': 'Brand', name: make },
    model: vehicle.model,
    vehicleConfiguration: vehicle.trim,
    vehicleModelDate: year && String(year),
    bodyType: vehicle.bodyStyle,
    color: vehicle.exteriorColor,
    vehicleInteriorColor: vehicle.interiorColor,
    itemCondition:
      condition && `https://schema.org/${condition === 'NEW' ? 'NewCondition' : 'UsedCondition'}`,
    mileageFromOdometer:
      typeof mileage === 'number'
        ? known({
            '@type': 'QuantitativeValue',
            value: mileage,
            unitCode: price && odometerUnit(price.currency),
          })
        : null,
    offers:
      price &&
      known({
        '@type': 'Offer',
        price: price.amount,
        priceCurrency: price.currency,
        availability: `https://schema.org/${vehicle.status === 'SOLD' ? 'SoldOut' : 'InStock'}`,
        seller: dealership && { '@type': 'AutoDealer', name: dealership.name },
      }),
  });
}

/** Whether two descriptions are of one vehicle: by VIN, else stock number, else name. */
export function sameVehicle(one: JsonLd, other: JsonLd): boolean {
  const identity = ['vehicleIdentificationNumber', 'sku', 'name'].find(
    (name) => one[name] && other[name],
  );
  return identity !== undefined && text(one[identity]) === text(other[identity]);
}

const text = (value: unknown): string => String(value).trim().toUpperCase();

/** The largest JPEG, which every crawler reads. */
function photoUrl({ status, renditions }: MediaItem): string[] {
  const photo = renditions.findLast(({ format }) => format === 'JPEG') ?? renditions.at(-1);
  return status === 'READY' && photo ? [photo.url] : [];
}

function known(entries: JsonLd): JsonLd {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) =>
      Array.isArray(value)
        ? value.length > 0
        : value !== null && value !== undefined && value !== '',
    ),
  );
}
