import type { PublicVehicle } from './documents.ts';
import { mileageUnit } from './vehicle-words.ts';

/** UN/CEFACT common codes, as schema.org asks for. */
const UNIT_CODES = { mile: 'SMI', kilometer: 'KMT' } as const;

/** The vehicle as https://schema.org/Car; what is not known is left out. */
export function vehicleJsonLd(vehicle: PublicVehicle, url: string): Record<string, unknown> {
  const unit = mileageUnit(vehicle.price);
  const entries: Record<string, unknown> = {
    '@context': 'https://schema.org',
    '@type': 'Car',
    name: vehicle.title,
    url,
    description: vehicle.description,
    image: vehicle.media.nodes.flatMap(({ preview }) => (preview === null ? [] : [preview.url])),
    vehicleIdentificationNumber: vehicle.vin,
    sku: vehicle.stockNumber,
    brand: vehicle.make && { '@type': 'Brand', name: vehicle.make },
    model: vehicle.model,
    vehicleConfiguration: vehicle.trim,
    vehicleModelDate: vehicle.year === null ? null : String(vehicle.year),
    bodyType: vehicle.bodyStyle,
    color: vehicle.exteriorColor,
    vehicleInteriorColor: vehicle.interiorColor,
    itemCondition:
      vehicle.condition &&
      `https://schema.org/${vehicle.condition === 'NEW' ? 'NewCondition' : 'UsedCondition'}`,
    mileageFromOdometer: vehicle.mileage !== null && {
      '@type': 'QuantitativeValue',
      value: vehicle.mileage,
      ...(unit === null ? {} : { unitCode: UNIT_CODES[unit] }),
    },
    offers: vehicle.price && {
      '@type': 'Offer',
      price: vehicle.price.amount,
      priceCurrency: vehicle.price.currency,
      availability: 'https://schema.org/InStock',
      url,
      seller: { '@type': 'AutoDealer', name: vehicle.dealership.name },
    },
  };
  return Object.fromEntries(
    Object.entries(entries).filter(
      ([, value]) =>
        value !== null &&
        value !== false &&
        value !== '' &&
        !(Array.isArray(value) && !value.length),
    ),
  );
}
