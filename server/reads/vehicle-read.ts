import { uuidOf } from '../node-id.ts';
import { oneLine, type RootField } from './root-read.ts';
import { columnList, jsonObject, NotCovered } from './statement.ts';
import { vehicleColumns } from './vehicle-columns.ts';
import { visibleRows } from './visible.ts';

interface Arguments {
  id?: string | null;
  vin?: string | null;
  stockNumber?: string | null;
  dealership?: string | null;
}

function uuidOfVehicle(id: string): string {
  const uuid = uuidOf('Vehicle', id);
  if (uuid === null) throw new NotCovered();
  return uuid;
}
const asVin = (vin: string) => vin.trim().toUpperCase();
const trimmed = (text: string) => text.trim();

export const vehicleRead: RootField = (field, statement) => {
  const { id, vin, stockNumber, dealership } = field.args(statement.variables) as Arguments;
  if ([id, vin, stockNumber].filter((key) => key != null).length !== 1) throw new NotCovered();
  const row = statement.row();
  const conditions = [visibleRows('vehicles', row, statement)];
  if (id != null) conditions.push(`${row}.id = ${statement.argument(id, 'uuid', uuidOfVehicle)}`);
  if (vin != null) conditions.push(`${row}.vin = ${statement.argument(vin, 'bpchar', asVin)}`);
  if (stockNumber != null)
    conditions.push(`${row}.stock_number = ${statement.argument(stockNumber, 'text', trimmed)}`);
  if (dealership != null) {
    const uuid = uuidOf('Dealership', dealership);
    conditions.push(
      uuid === null
        ? `${row}.dealership_id = (select id from dealerships where slug = ${statement.value(dealership, 'text')})`
        : `${row}.dealership_id = ${statement.value(uuid, 'uuid')}`,
    );
  }
  const list = columnList('Vehicle', vehicleColumns, row, field, statement);
  return {
    text: `select ${jsonObject(list)}::text, ${row}.id from vehicles ${row} where ${conditions.join(' and ')}`,
    toJson: (rows) => oneLine(rows[0]?.[0] ?? 'null'),
    vehicleId: (rows) => rows[0]?.[1] ?? null,
  };
};
