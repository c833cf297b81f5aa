/**
 * As fast as it gets: node:http, one prepared INSERT of a media into a table
 * with a key, its vehicle and an index, and a signature by hand. Nobody is asked
 * who they are, and nothing is counted.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

const { DATABASE_URL, DEALERSHIP_ID } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool.query(
  `create table bench_tickets (
    id uuid primary key, vehicle_id uuid not null references vehicles (id) on delete cascade, position int not null,
    kind text not null, status text not null, key text not null, content_type text not null, byte_size int not null,
    md5 text not null, file_name text not null, expires_at timestamptz(3) not null,
    created_at timestamptz(3) not null default now(), updated_at timestamptz(3) not null default now());
   create index on bench_tickets (vehicle_id, position, id)`,
);

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const keys = new Map();
function signingKey(day) {
  if (!keys.has(day))
    keys.set(day, ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac('AWS4a-secret', day)));
  return keys.get(day);
}

function sign(key, { contentType, byteSize, md5 }) {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const signed = 'content-length;content-md5;content-type;host;if-none-match';
  const query = (signature) =>
    `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=${encodeURIComponent(`AKID/${scope}`)}&X-Amz-Date=${time}&X-Amz-Expires=900${signature}&X-Amz-SignedHeaders=${encodeURIComponent(signed)}&x-id=PutObject`;
  const canonical = `PUT\n/photos/${key}\n${query('')}\ncontent-length:${byteSize}\ncontent-md5:${md5}\ncontent-type:${contentType}\nhost:127.0.0.1:9\nif-none-match:*\n\n${signed}\nUNSIGNED-PAYLOAD`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const signature = createHmac('sha256', signingKey(time.slice(0, 8)))
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`)
    .digest('hex');
  return `http://127.0.0.1:9/photos/${key}?${query(`&X-Amz-Signature=${signature}`)}`;
}

async function grant({ input }) {
  const id = randomUUID();
  const media = randomUUID();
  const storageKey = `incoming/${DEALERSHIP_ID}/${id}`;
  const vehicleId = Buffer.from(input.vehicleId, 'base64url').toString().slice('Vehicle:'.length);
  const { rows } = await pool.query({
    name: 'ticket',
    text: `insert into bench_tickets (id, vehicle_id, position, kind, status, key, content_type, byte_size, md5, file_name, expires_at)
      values ($1, $2, 12, 'IMAGE', 'PENDING_UPLOAD', $3, $4, $5, $6, $7, now() + interval '1 hour') returning expires_at`,
    values: [
      id,
      vehicleId,
      storageKey,
      input.contentType,
      input.byteSize,
      input.md5,
      input.fileName,
    ],
  });
  return {
    upload: {
      id: Buffer.from(`Upload:${id}`).toString('base64url'),
      status: 'AWAITING_BYTES',
      expiresAt: rows[0].expires_at,
      media: {
        id: Buffer.from(`Media:${media}`).toString('base64url'),
        status: 'PENDING_UPLOAD',
        position: 0,
      },
      target: {
        url: sign(storageKey, input),
        headers: [
          { name: 'content-type', value: input.contentType },
          { name: 'content-md5', value: input.md5 },
          { name: 'if-none-match', value: '*' },
        ],
        expiresAt: new Date(Date.now() + 900_000),
      },
    },
    userErrors: [],
  };
}

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const { variables } = JSON.parse(Buffer.concat(chunks).toString());
    grant(variables).then(
      (requestUpload) => {
        const body = JSON.stringify({ data: { requestUpload } });
        res.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        });
        res.end(body);
      },
      (error) => {
        console.error(error);
        res.writeHead(500, { 'content-length': 1 }).end('\n');
      },
    );
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
