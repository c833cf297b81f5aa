/** Mercurius as its guide has it: a schema as a text, JIT, loaders, statements by hand. */
import Fastify from 'fastify';
import { GraphQLScalarType } from 'graphql';
import mercurius from 'mercurius';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { typeDefs } from './schema.mjs';
import { endOfTicket, putTarget } from './sign.mjs';
import { connectionOf, globalId, placeOf, rowId, typeOfMedia } from './shape.mjs';

const { DATABASE_URL, DEALERSHIP_ID } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const VEHICLE = `id, vin, stock_number "stockNumber", year, make, model, trim, price_amount "priceAmount",
  price_currency "priceCurrency", mileage, status, created_at "createdAt", updated_at "updatedAt"`;
const MEDIA = `m.id, m.vehicle_id "vehicleId", m.position, m.kind, m.status, m.alt, m.caption,
  m.group_key "groupKey", m.placeholder, m.tags, m.created_at "createdAt", m.width, m.height`;

async function query(name, text, values) {
  const { rows } = await pool.query({ name, text, values });
  return rows;
}

/** A row for the photo and one for its ticket, in one transaction. */
async function addTicket(input) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows: added } = await client.query({
      name: 'add media',
      text: `insert into media (id, dealership_id, vehicle_id, position, original_file_name, original_content_type, original_byte_size)
        select $1, dealership_id, id, (select coalesce(max(position) + 1, 0) from media where vehicle_id = $2), $3, $4, $5
        from vehicles where id = $2 returning id, dealership_id, kind, status, position`,
      values: [uuid(), rowId(input.vehicleId), input.fileName, input.contentType, input.byteSize],
    });
    const [{ dealership_id: dealershipId, ...media }] = added;
    const id = uuid();
    const { rows } = await client.query({
      name: 'add upload',
      text: `insert into uploads (id, dealership_id, vehicle_id, media_id, file_name, content_type, byte_size, md5, storage_key, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        returning id, status, storage_key "storageKey", expires_at "expiresAt"`,
      values: [
        id,
        dealershipId,
        rowId(input.vehicleId),
        media.id,
        input.fileName,
        input.contentType,
        input.byteSize,
        input.md5,
        `incoming/${dealershipId}/${id}`,
        endOfTicket(),
      ],
    });
    await client.query('commit');
    return { ...rows[0], media };
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

const media = { id: ({ id }) => globalId('Media', id) };
const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
  Media: { resolveType: typeOfMedia },
  ImageMedia: media,
  VideoMedia: media,
  Vehicle: {
    id: ({ id }) => globalId('Vehicle', id),
    price: ({ priceAmount, priceCurrency }) =>
      priceAmount === null ? null : { amount: priceAmount, currency: priceCurrency },
  },
  VehicleConnection: {
    async totalCount({ status }) {
      const [row] = await query(
        'count',
        'select count(*)::int count from vehicles where dealership_id = $1 and status = any($2)',
        [DEALERSHIP_ID, status],
      );
      return row.count;
    },
  },
  Upload: { id: ({ id }) => globalId('Upload', id) },
  Mutation: {
    async requestUpload(_, { input }) {
      const upload = await addTicket(input);
      return {
        upload: { ...upload, target: await putTarget(upload.storageKey, input) },
        userErrors: [],
      };
    },
  },
  Query: {
    async vehicle(_, { id }) {
      const [row] = await query(
        'vehicle',
        `select ${VEHICLE} from vehicles where dealership_id = $1 and id = $2 and status = 'PUBLISHED'`,
        [DEALERSHIP_ID, rowId(id)],
      );
      return row ?? null;
    },
    async vehicles(_, { first, after, filter }) {
      const status = filter?.status ?? ['PUBLISHED'];
      const place = placeOf(after);
      const values = [DEALERSHIP_ID, status, first + 1];
      if (place) values.push(place.createdAt, place.id);
      const beyond = place ? 'and (created_at, id) < ($4, $5)' : '';
      const rows = await query(
        `vehicles${beyond}`,
        `select ${VEHICLE} from vehicles where dealership_id = $1 and status = any($2) ${beyond}
         order by created_at desc, id desc limit $3`,
        values,
      );
      return { status, ...connectionOf(rows, { first, after }) };
    },
  },
};

const loaders = {
  Vehicle: {
    media: {
      async loader(queries) {
        const ids = queries.map(({ obj }) => obj.id);
        const rows = await query(
          'media',
          `select found.* from unnest($1::uuid[]) vehicle(id), lateral (
             select ${MEDIA} from media m
             where m.vehicle_id = vehicle.id and m.status = 'READY' and m.deleted_at is null
             order by m.position, m.id limit $2) found`,
          [ids, queries[0].params.first],
        );
        const nodes = new Map(ids.map((id) => [id, []]));
        for (const row of rows) nodes.get(row.vehicleId).push(row);
        return ids.map((id) => ({ nodes: nodes.get(id) }));
      },
      opts: { cache: false },
    },
  },
};

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, loaders, jit: 1 });
await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ url: `http://127.0.0.1:${app.server.address().port}/graphql` });
process.on('disconnect', () => process.exit(0));
