import { dealershipColumns } from './dealership-columns.ts';
import { heroMedia, mediaPage } from './media-page.ts';
import { columnList, jsonObject, moment, nodeId, type Columns } from './statement.ts';
import { visibleRows } from './visible.ts';

const moneyColumns: Columns = {
  amount: (row) => `${row}.price_amount::text`,
  currency: (row) => `coalesce(${row}.price_currency, 'USD')`,
};

/** As vehicles/vehicle-title.ts has it. */
const title = (row: string) =>
  `coalesce(nullif(concat_ws(' ', ${row}.year, ${row}.make, ${row}.model, ${row}.trim), ''), nullif(${row}.stock_number, ''), ${row}.vin, 'Vehicle')`;

export const vehicleColumns: Columns = {
  id: (row) => nodeId('Vehicle', row),
  vin: (row) => `${row}.vin`,
  stockNumber: (row) => `${row}.stock_number`,
  year: (row) => `${row}.year`,
  make: (row) => `${row}.make`,
  model: (row) => `${row}.model`,
  trim: (row) => `${row}.trim`,
  bodyStyle: (row) => `${row}.body_style`,
  condition: (row) => `${row}.condition`,
  status: (row) => `${row}.status`,
  price: (row, field, statement) =>
    `case when ${row}.price_amount is not null then ${jsonObject(columnList('Money', moneyColumns, row, field, statement))} end`,
  mileage: (row) => `${row}.mileage`,
  exteriorColor: (row) => `${row}.exterior_color`,
  interiorColor: (row) => `${row}.interior_color`,
  description: (row) => `${row}.description`,
  title,
  // Postgres folds letters in another way: Node does.
  slug: (row, _, statement) => {
    statement.hasSlug = true;
    return `'${statement.mark}' || ${title(row)}`;
  },
  mediaVersion: (row) => `${row}.media_version`,
  mediaCursor: (_, __, statement) => {
    statement.hasCursor = true;
    return `'${statement.mark}'`;
  },
  heroMedia,
  media: mediaPage,
  dealership: (row, field, statement) => {
    const dealership = statement.row();
    return jsonObject(
      columnList('Dealership', dealershipColumns, dealership, field, statement),
      `from dealerships ${dealership} where ${dealership}.id = ${row}.dealership_id and ${visibleRows('dealerships', dealership, statement)}`,
    );
  },
  createdAt: (row) => moment(`${row}.created_at`),
  updatedAt: (row) => moment(`${row}.updated_at`),
  publishedAt: (row) => moment(`${row}.published_at`),
};
