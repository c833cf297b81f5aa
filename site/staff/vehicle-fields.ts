import { html, type TemplateResult } from 'lit';
import { CONDITION_WORDS, type VehicleCondition } from '../vehicle-words.ts';
import { formField, type FormField } from './form-field.ts';
import type { DraftErrors, DraftField, VehicleDraft } from './vehicle-draft.ts';
import { vinHint } from './vin.ts';

type FieldDefinition = Omit<FormField, 'name' | 'value' | 'onInput' | 'error'> & {
  name: DraftField;
};

const CONDITIONS = [
  { value: '', label: 'Not set' },
  ...(Object.keys(CONDITION_WORDS) as VehicleCondition[]).map((value) => ({
    value,
    label: CONDITION_WORDS[value],
  })),
];

const CURRENCIES = [
  'USD',
  'EUR',
  'GBP',
  'CAD',
  'AUD',
  'NZD',
  'CHF',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'CZK',
  'JPY',
  'MXN',
  'BRL',
  'ZAR',
  'AED',
  'SAR',
  'INR',
  'TRY',
];

const GROUPS: readonly { legend: string; fields: readonly FieldDefinition[] }[] = [
  {
    legend: 'Identification',
    fields: [
      { name: 'vin', label: 'VIN', kind: 'code', maxLength: 32 },
      { name: 'stockNumber', label: 'Stock number', kind: 'code', maxLength: 64 },
    ],
  },
  {
    legend: 'Vehicle',
    fields: [
      { name: 'year', label: 'Year', kind: 'number', maxLength: 4, width: 'narrow' },
      { name: 'make', label: 'Make', maxLength: 100, width: 'narrow' },
      { name: 'model', label: 'Model', maxLength: 100, width: 'narrow' },
      { name: 'trim', label: 'Trim', maxLength: 100, width: 'narrow' },
      { name: 'bodyStyle', label: 'Body style', maxLength: 100, width: 'narrow' },
      { name: 'condition', label: 'Condition', options: CONDITIONS, width: 'narrow' },
    ],
  },
  {
    legend: 'Price and mileage',
    fields: [
      { name: 'priceAmount', label: 'Price', kind: 'decimal', maxLength: 16, width: 'narrow' },
      { name: 'priceCurrency', label: 'Currency', options: [], width: 'narrow' },
      { name: 'mileage', label: 'Mileage', kind: 'number', maxLength: 12, width: 'narrow' },
    ],
  },
  {
    legend: 'Look and feel',
    fields: [
      { name: 'exteriorColor', label: 'Exterior colour', maxLength: 100 },
      { name: 'interiorColor', label: 'Interior colour', maxLength: 100 },
      {
        name: 'description',
        label: 'Description',
        kind: 'textarea',
        maxLength: 10_000,
        width: 'wide',
        hint: 'Shown on the public page. An empty line starts a new paragraph.',
      },
    ],
  },
];

export function fieldLabel(name: DraftField): string {
  const fields = GROUPS.flatMap((group) => group.fields);
  return fields.find((field) => field.name === name)!.label;
}

function currencyOptions(current: string): FormField['options'] {
  const codes = CURRENCIES.includes(current) ? CURRENCIES : [current, ...CURRENCIES];
  return codes.map((code) => ({ value: code, label: code }));
}

/** Every field of a vehicle, in groups. */
export function vehicleFields(
  draft: VehicleDraft,
  errors: DraftErrors,
  onInput: (name: DraftField, value: string) => void,
): TemplateResult[] {
  return GROUPS.map(
    ({ legend, fields }) =>
      html`<fieldset>
        <legend>${legend}</legend>
        <div class="fields">
          ${fields.map((field) =>
            formField({
              ...field,
              value: draft[field.name],
              error: errors[field.name],
              hint: field.name === 'vin' ? vinHint(draft.vin) : field.hint,
              options:
                field.name === 'priceCurrency'
                  ? currencyOptions(draft.priceCurrency)
                  : field.options,
              onInput: (value) => onInput(field.name, value),
            }),
          )}
        </div>
      </fieldset>`,
  );
}
