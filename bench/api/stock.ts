import type { Pool } from 'pg';

/** Fills a database: dealerships of the same size, 12 media a vehicle, one in twelve a film. */
export async function fillStock(
  pool: Pool,
  { dealerships, vehicles }: { dealerships: number; vehicles: number },
): Promise<void> {
  await pool.query(
    `insert into dealerships (id, name, slug)
     select md5('d' || i)::uuid, 'Dealership ' || i, 'dealer-' || i from generate_series(1, $1::int) i`,
    [dealerships],
  );
  await pool.query(
    `insert into vehicles (id, dealership_id, vin, stock_number, year, make, model, trim, price_amount, price_currency, mileage, status, created_at, updated_at)
     select md5('v' || i)::uuid, md5('d' || (1 + i % $1::int))::uuid, upper(substr(translate(md5('vin' || i), 'abcdef', 'ABCDEF'), 1, 17)),
       'ST' || lpad(i::text, 7, '0'), 2012 + i * 7 % 14, (array['Aurelia', 'Borealis', 'Cirrus', 'Delta'])[1 + i % 4],
       (array['Strada 1500', 'Touring', 'Kestrel xDrive', 'Model Four'])[1 + i % 4],
       case when i % 5 = 0 then null else (array['LE', 'Sport Touring', 'Limited', 'XLT'])[1 + i % 4] end,
       (900000 + i::bigint * 7919 % 8000000) / 100.0, 'USD', i::bigint * 3571 % 180000,
       (array['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'SOLD', 'ARCHIVED', 'DRAFT'])[1 + (i / $1::int) % 10]::"VehicleStatus",
       timestamptz '2024-03-01' + i * interval '3 minutes' + (i % 977) * interval '1 millisecond', timestamptz '2024-03-01' + i * interval '3 minutes'
     from generate_series(1, $2::int) i`,
    [dealerships, vehicles],
  );
  // Counted one by one, a table that is filled at once takes for ever.
  await pool.query('alter table media disable trigger user');
  await pool.query(
    `insert into media (id, dealership_id, vehicle_id, kind, status, position, alt, original_file_name, original_content_type, original_byte_size,
       width, height, placeholder, created_at, updated_at, ready_at)
     select md5('m' || v.id || p)::uuid, v.dealership_id, v.id, (case when p = 11 then 'VIDEO' else 'IMAGE' end)::"MediaKind", 'READY', p,
       v.year || ' ' || v.make || ' ' || v.model || ' photo ' || (p + 1), 'photo.jpg', 'image/jpeg', 2500000, 4032, 3024,
       substr(md5(v.id || 'p' || p), 1, 28), v.created_at + p * interval '3 seconds', v.created_at + p * interval '5 seconds', v.created_at
     from vehicles v, generate_series(0, 11) p order by v.created_at, p`,
  );
  await pool.query('alter table media enable trigger user');
  await pool.query('vacuum (analyze) vehicles');
  await pool.query('vacuum (analyze) media');
}
