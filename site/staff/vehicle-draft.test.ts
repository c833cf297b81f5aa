import { describe, expect, it } from 'vitest';
import {
  changedFields,
  draftErrors,
  draftOf,
  emptyDraft,
  placeErrors,
  rebaseDraft,
} from './vehicle-draft.ts';
import type { VehicleDetails } from './documents.ts';

const VEHICLE: VehicleDetails = {
  id: 'v1',
  title: '2021 Example',
  status: 'DRAFT',
  vin: '1M8GDM9AXKP042788',
  stockNumber: null,
  year: 2021,
  make: 'Example',
  model: null,
  trim: null,
  bodyStyle: null,
  condition: 'USED',
  price: { amount: '24990.00', currency: 'EUR' },
  mileage: 100,
  exteriorColor: null,
  interiorColor: null,
  description: null,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  publishedAt: null,
};

describe('changedFields', () => {
  it('sends nothing when nothing was typed, and only what was', () => {
    const draft = draftOf(VEHICLE);
    expect(changedFields(draft, draft)).toEqual({});
    expect(changedFields(emptyDraft(), emptyDraft())).toEqual({});
    expect(changedFields(draft, { ...draft, year: '2022', vin: '', make: ' Sample ' })).toEqual({
      year: 2022,
      vin: null,
      make: 'Sample',
    });
  });

  it('sends an amount with its currency, as digits, and takes both away together', () => {
    const draft = draftOf(VEHICLE);
    expect(changedFields(draft, { ...draft, priceAmount: '€26,500.50' })).toEqual({
      priceAmount: '26500.50',
      priceCurrency: 'EUR',
    });
    expect(changedFields(draft, { ...draft, priceAmount: '' })).toEqual({
      priceAmount: null,
      priceCurrency: null,
    });
    expect(changedFields(emptyDraft(), { ...emptyDraft(), mileage: '41,200' })).toEqual({
      mileage: 41200,
    });
  });
});

describe('draftErrors', () => {
  it('names what cannot be sent as a number', () => {
    const errors = draftErrors({
      ...emptyDraft(),
      year: '21',
      mileage: 'many',
      priceAmount: '24.990,50',
    });
    expect(Object.keys(errors).sort()).toEqual(['mileage', 'priceAmount', 'year']);
    expect(draftErrors({ ...emptyDraft(), mileage: '41 200', priceAmount: '$1,000,000' })).toEqual(
      {},
    );
  });
});

describe('placeErrors', () => {
  it('puts errors at their fields, and the others on the form', () => {
    expect(
      placeErrors([
        { code: 'INVALID_VIN', message: 'Bad VIN.', field: ['input', 'vehicle', 'vin'] },
        { code: 'NOT_FOUND', message: 'Gone.', field: ['input', 'vehicle', 'id'] },
        { code: 'INVALID_INPUT', message: 'Odd.', field: null },
      ]),
    ).toEqual({ fields: { vin: 'Bad VIN.' }, form: ['Gone.', 'Odd.'] });
  });
});

it('keeps what was typed while a save was under way', () => {
  const sent = { ...emptyDraft(), make: 'a', model: 'b' };
  const saved = { ...emptyDraft(), make: 'A', model: 'B' };
  const merged = rebaseDraft(sent, { ...sent, model: 'typed on' }, saved);
  expect(merged).toMatchObject({ make: 'A', model: 'typed on' });
});
