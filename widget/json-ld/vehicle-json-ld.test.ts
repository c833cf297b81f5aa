import { describe, expect, it } from 'vitest';
import { vehicleJsonLd as siteJsonLd } from '../../site/vehicle-json-ld.ts';
import type { VehicleSnapshot } from '../api/read-vehicle.ts';
import type { VehicleFacts } from '../api/vehicle-facts.ts';
import { sameVehicle, vehicleJsonLd } from './vehicle-json-ld.ts';

const facts: VehicleFacts = {
  vin: '1M8GDM9AXKP042788',
  stockNumber: 'A-1042',
  year: 2019,
  make: 'Example',
  model: 'Roadster',
  trim: 'S',
  bodyStyle: 'Convertible',
  condition: 'CERTIFIED',
  status: 'PUBLISHED',
  mileage: 0,
  exteriorColor: 'Red',
  interiorColor: 'Black',
  price: { amount: '23990.00', currency: 'USD' },
  dealership: { name: 'Example of Northport' },
};

const snapshot = (changed: Partial<VehicleFacts>): VehicleSnapshot => ({
  ...facts,
  ...changed,
  id: 'a',
  title: '2019 Example Roadster',
  mediaVersion: 1,
  mediaCursor: null,
  media: [],
});

const nothing: Partial<VehicleFacts> = {
  vin: null,
  year: null,
  make: null,
  condition: null,
  mileage: null,
  price: null,
};

describe('vehicleJsonLd', () => {
  it.each([
    {},
    nothing,
    { price: { amount: '1.00', currency: 'EUR' } },
    { condition: 'NEW' as const, price: null },
  ])('says with %j what the showroom says', (changed) => {
    const vehicle = snapshot(changed);
    const site = siteJsonLd(
      {
        ...(vehicle as Required<VehicleSnapshot>),
        title: '2019 Example Roadster',
        dealership: { name: 'Example of Northport' },
        description: null,
        heroMedia: null,
        media: { totalCount: 0, nodes: [] },
      },
      'https://showroom.example/a',
    );
    // The element does not know which page is the vehicle's own.
    const { url: _, offers, ...rest } = site;
    const { url: __, ...offer } = (offers ?? {}) as Record<string, unknown>;
    expect(vehicleJsonLd(vehicle, [])).toEqual(offers ? { ...rest, offers: offer } : rest);
  });

  it('says that a vehicle is sold', () => {
    expect(vehicleJsonLd(snapshot({ status: 'SOLD' }), [])).toMatchObject({
      offers: { availability: 'https://schema.org/SoldOut' },
    });
  });
});

describe('sameVehicle', () => {
  it('goes by VIN, then by stock number, then by name', () => {
    const one = { vehicleIdentificationNumber: 'v', sku: '7', name: 'Car' };
    expect(sameVehicle(one, { ...one, vehicleIdentificationNumber: 'other' })).toBe(false);
    expect(sameVehicle(one, { vehicleIdentificationNumber: ' V', sku: '8' })).toBe(true);
    expect(sameVehicle(one, { sku: 7, name: 'other' })).toBe(true);
    expect(sameVehicle(one, { sku: '8', name: 'Car' })).toBe(false);
    expect(sameVehicle(one, { name: 'CAR' })).toBe(true);
    expect(sameVehicle(one, {})).toBe(false);
  });
});
