import { uuidOf } from '../node-id.ts';
import { dealershipColumns } from './dealership-columns.ts';
import { oneLine, type RootField, type RootRead } from './root-read.ts';
import { NotCovered, columnList, type Columns } from './statement.ts';
import { vehicleList } from './vehicle-list-read.ts';
import { visibleRows } from './visible.ts';

interface Arguments {
  id?: string | null;
  slug?: string | null;
}

/** The viewer's dealership, with a page of its vehicles when that is asked for. */
export const dealershipRead: RootField = (field, statement) => {
  const { id, slug } = field.args(statement.variables) as Arguments;
  const uuid = id == null ? null : uuidOf('Dealership', id);
  if (id != null && uuid === null) throw new NotCovered();

  const row = statement.row();
  let vehicles: RootRead | null = null;
  const columns: Columns = {
    ...dealershipColumns,
    vehicles: (_, list) => {
      if (vehicles) throw new NotCovered();
      vehicles = vehicleList(list, statement);
      return `'${statement.mark}vehicles'`;
    },
  };
  const list = columnList('Dealership', columns, row, field, statement);
  const conditions = [visibleRows('dealerships', row, statement)];
  if (uuid !== null) conditions.push(`${row}.id = ${statement.value(uuid, 'uuid')}`);
  if (slug != null) conditions.push(`${row}.slug = ${statement.value(slug, 'text')}`);
  const own = `(select row_to_json(x)::text from (select ${list}) x)`;
  const from = `from dealerships ${row}`;
  const where = `where ${conditions.join(' and ')}`;
  const page = vehicles as RootRead | null;
  if (!page)
    return {
      text: `select ${own} ${from} ${where}`,
      toJson: (rows) => oneLine(rows[0]?.[0] ?? 'null'),
    };
  return {
    text: `select ${own}, page.* ${from} left join (${page.text}) page on true ${where}`,
    toJson: (rows) =>
      oneLine(rows[0]?.[0] ?? 'null').replace(`"${statement.mark}vehicles"`, () =>
        page.toJson(rows.map(([, ...vehicle]) => vehicle)),
      ),
  };
};
