import { connect } from 'node:net';
import { isInputObjectType, isNonNullType } from 'graphql';
import { v4 as uuid } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEYED_MUTATIONS } from '../../soak/keyed-mutations.ts';
import {
  addVehicle,
  completeUpload,
  describeFile,
  put,
  readGallery,
  ticketFor,
  uploadPhoto,
  type Ticket as Sent,
} from '../../test/gallery.ts';
import type { GraphQLClient } from '../../test/graphql-client.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { armFailpoints } from '../failpoint.ts';
import { schema } from '../schema/index.ts';
import { decodeId } from '../node-id.ts';
import { pruneIdempotencyKeys } from './once.ts';

let server: TestServer;
let north: TestDealership;
let south: TestDealership;
let picture: Buffer;

beforeAll(async () => {
  server = await startServer({ env: { MAX_MEDIA_PER_VEHICLE: '4' } });
  north = await server.dealership(PUBLIC_DEALERSHIP);
  south = await server.dealership('south');
  picture = (await photo({ width: 64, height: 48, seed: 1 })).bytes;
});
afterEach(() => void armFailpoints([]));
afterAll(() => server.stop());

interface Answer {
  vehicle?: { id: string; mediaVersion: number } | null;
  media?: { id: string; alt: string | null } | null;
  upload?: Ticket | null;
  deletedId?: string | null;
  deletedIds?: string[];
  results?: Answer[];
  userErrors: { code: string; field: string[] | null }[];
}

interface Ticket {
  id: string;
  status: string;
  media: { id: string };
}

const ERRORS = 'userErrors { code field }';
const FIELDS: Record<string, string> = {
  upsertVehicle: `vehicle { id mediaVersion } ${ERRORS}`,
  deleteVehicle: `deletedId ${ERRORS}`,
  requestUpload: `upload { id status media { id } } ${ERRORS}`,
  requestUploads: `results { upload { id status media { id } } ${ERRORS} }`,
  refreshUpload: `upload { id status media { id } } ${ERRORS}`,
  completeUpload: `upload { id status media { id } } ${ERRORS}`,
  cancelUpload: `upload { id status media { id } } ${ERRORS}`,
  updateMedia: `media { id alt } ${ERRORS}`,
  reorderMedia: `vehicle { id mediaVersion } ${ERRORS}`,
  deleteMedia: `deletedIds ${ERRORS}`,
  restoreMedia: `media { id alt } ${ERRORS}`,
  retryMedia: `media { id alt } ${ERRORS}`,
  createApiKey: `apiKey { id } key ${ERRORS}`,
  revokeApiKey: `apiKey { id } ${ERRORS}`,
  createEmbedKey: `embedKey { id } ${ERRORS}`,
  updateEmbedKey: `embedKey { id } ${ERRORS}`,
  revokeEmbedKey: `embedKey { id } ${ERRORS}`,
  createUploadToken: `uploadToken { id } token ${ERRORS}`,
  revokeUploadToken: `uploadToken { id } ${ERRORS}`,
};

/** A password or a token that is used up says whether it has had its effect. */
/** The same again has the same effect and the same answer: what is registered is named by its hash. */
const ALIKE = ['registerDocuments', 'unregisterDocuments'];
const PROOFS = [
  'acceptInvitation',
  'changePassword',
  'logIn',
  'logOut',
  'requestPasswordReset',
  'resetPassword',
];

function documentOf(name: string): string {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  return `mutation ($input: ${type}) { ${name}(input: $input) { ${FIELDS[name]} } }`;
}

async function change(name: string, input: object, client = north.staff): Promise<Answer> {
  for (;;) {
    const { data, errors } = await client.send<Record<string, Answer>>(documentOf(name), { input });
    // What a busy server asks for, and what a key is for.
    if (errors?.[0]?.extensions?.code === 'SERVICE_UNAVAILABLE') continue;
    if (errors || !data) throw new Error(`The server answered ${JSON.stringify(errors)}`);
    return data[name] as Answer;
  }
}

/** The same request many times at once: the answers, of which there should be one kind. */
async function atOnce(times: number, name: string, input: object): Promise<Answer[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => change(name, input)));
  return [...new Map(answers.map((answer) => [JSON.stringify(answer), answer])).values()];
}

const query = (text: string, values: unknown[] = []) =>
  server.app.db.pool.query<Record<string, unknown>>(text, values);

async function countOf(table: string, where = 'true'): Promise<number> {
  const { rows } = await query(`select count(*)::int n from ${table} where ${where}`);
  return rows[0]?.['n'] as number;
}

/** Has the database fail when a row of the table is written, until the function that comes back is called. */
async function breaking(table: string, when: string): Promise<() => Promise<unknown>> {
  await query(
    "create or replace function break_off() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$",
  );
  await query(
    `create trigger break_off before insert or update on ${table} for each row when (${when}) execute function break_off()`,
  );
  return () => query(`drop trigger break_off on ${table}`);
}

const ticket = (vehicleId: string) => ticketFor(north.staff, describeFile(vehicleId, picture));

/** Other bytes than the ticket has been told of. */
async function sendWrong({ id, target }: Sent): Promise<void> {
  await put(target, picture);
  await query("update uploads set md5 = 'AAAAAAAAAAAAAAAAAAAAAA==' where id = $1", [
    decodeId(id)?.uuid,
  ]);
}

async function uploadStatus(id: string): Promise<unknown> {
  const { rows } = await query('select status from uploads where id = $1', [decodeId(id)?.uuid]);
  return rows[0]?.['status'];
}

async function gallery(count: number): Promise<{ vehicleId: string; ids: string[] }> {
  const vehicleId = await addVehicle(north.staff);
  const ids = [];
  for (let index = 0; index < count; index++)
    ids.push(await uploadPhoto(north.staff, vehicleId, picture));
  return { vehicleId, ids };
}

describe('a key', () => {
  it('is taken by every mutation except those that prove who asks, or need none', () => {
    const without = Object.values(schema.getMutationType()?.getFields() ?? {})
      .filter(({ args }) => {
        const type = args[0]?.type;
        const input = isNonNullType(type) ? type.ofType : type;
        return !isInputObjectType(input) || !('idempotencyKey' in input.getFields());
      })
      .map(({ name }) => name);
    expect(without.sort()).toEqual([...PROOFS, ...ALIKE].sort());
    const tested = new Set([...Object.keys(FIELDS), ...Object.keys(KEYED_MUTATIONS)]);
    // A key of a sign-up is tested with it: nobody is logged in.
    expect([...tested, ...PROOFS, ...ALIKE, 'signUp'].sort()).toEqual(
      expect.arrayContaining(Object.keys(schema.getMutationType()?.getFields() ?? {})),
    );
  });

  it('makes one vehicle of a hundred requests at once', async () => {
    const stockNumber = `K-${uuid()}`;
    const input = { vehicle: { stockNumber, make: 'Halden' }, idempotencyKey: uuid() };
    const answers = await atOnce(100, 'upsertVehicle', input);
    expect(answers).toHaveLength(1);
    expect(answers[0]?.vehicle?.id).toEqual(expect.any(String));
    expect(await countOf('vehicles', `stock_number = '${stockNumber}'`)).toBe(1);
  });

  it('gives one ticket for a hundred requests at once, and each key its own', async () => {
    const vehicleId = await addVehicle(north.staff);
    const keys = [uuid(), uuid()];
    const file = describeFile(vehicleId, picture);
    const answers = await Promise.all(
      keys.map((idempotencyKey) => atOnce(100, 'requestUpload', { ...file, idempotencyKey })),
    );
    expect(answers.map(({ length }) => length)).toEqual([1, 1]);
    const uploads = answers.map(([answer]) => answer?.upload?.id);
    expect(new Set(uploads).size).toBe(2);
    const rows = `vehicle_id = '${decodeId(vehicleId)?.uuid}'`;
    expect([await countOf('uploads', rows), await countOf('media', rows)]).toEqual([2, 2]);
  });

  it('changes a gallery once, with one event', async () => {
    const { vehicleId, ids } = await gallery(3);
    const events = () => countOf('media_events', `vehicle_id = '${decodeId(vehicleId)?.uuid}'`);
    const settled = () => countOf('media', `status not in ('READY', 'FAILED', 'PENDING_UPLOAD')`);
    await expect.poll(settled).toBe(0);
    const before = await events();
    const { mediaVersion } = await readGallery(north.staff, vehicleId);
    const requests: [string, object][] = [
      ['updateMedia', { id: ids[0], alt: 'Front' }],
      ['reorderMedia', { vehicleId, order: [...ids].reverse(), expectedVersion: mediaVersion }],
      ['deleteMedia', { ids: [ids[0]] }],
      ['restoreMedia', { id: ids[0] }],
      ['retryMedia', { id: ids[0] }],
    ];
    const keyed = requests.map(([name, input]) => ({
      name,
      input: { ...input, idempotencyKey: uuid() },
    }));
    const first = [];
    for (const { name, input } of keyed) {
      const answers = await atOnce(20, name, input);
      expect(answers, name).toHaveLength(1);
      expect(answers[0]?.userErrors, name).toEqual([]);
      first.push(answers[0]);
    }
    expect(await events()).toBe(before + 4);
    const after = await readGallery(north.staff, vehicleId);
    expect(after.mediaVersion).toBe(mediaVersion + 3);

    // Said again in the end, they neither delete nor reorder anew.
    for (const [index, { name, input }] of keyed.entries()) {
      const again = await change(name, input);
      if (name !== 'reorderMedia') expect(again, name).toEqual(first[index]);
      else expect(again.vehicle?.id).toBe(vehicleId);
    }
    expect(await events()).toBe(before + 4);
    expect((await readGallery(north.staff, vehicleId)).media).toEqual(after.media);
  });

  it('answers for a vehicle that it deleted', async () => {
    const id = await addVehicle(north.staff);
    const input = { id, idempotencyKey: uuid() };
    const answers = await atOnce(20, 'deleteVehicle', input);
    expect(answers).toEqual([{ deletedId: id, userErrors: [] }]);
    expect((await change('deleteVehicle', { id })).userErrors[0]?.code).toBe('NOT_FOUND');
  });

  it('goes with the whole life of an upload', async () => {
    const vehicleId = await addVehicle(north.staff);
    const [kept, other] = [await ticket(vehicleId), await ticket(vehicleId)];
    for (const { target } of [kept, other]) await put(target, picture);
    for (const name of ['refreshUpload', 'completeUpload']) {
      const input = { uploadId: kept.id, idempotencyKey: uuid() };
      const answers = await atOnce(20, name, input);
      expect(answers.map(({ upload }) => upload?.id)).toEqual([kept.id]);
      const mistaken = await change(name, { ...input, uploadId: other.id });
      expect(mistaken.userErrors[0]?.code, name).toBe('IDEMPOTENCY_MISMATCH');
    }
    expect((await completeUpload(north.staff, other.id)).upload?.status).toBe('COMPLETED');

    const late = await ticket(vehicleId);
    const cancel = { uploadId: late.id, idempotencyKey: uuid() };
    const [first, ...more] = await atOnce(20, 'cancelUpload', cancel);
    expect(first?.upload?.status).toBe('CANCELLED');
    expect(more).toEqual([]);
  });
});

describe('a batch', () => {
  it('keeps the key of each file, also for a retry of that file alone', async () => {
    const vehicleId = await addVehicle(north.staff);
    const uploads = ['a.jpg', 'b.jpg'].map((fileName) =>
      describeFile(vehicleId, picture, { fileName, idempotencyKey: uuid() }),
    );
    const answers = await atOnce(20, 'requestUploads', { uploads });
    expect(answers).toHaveLength(1);
    const [a, b] = answers[0]?.results ?? [];
    expect(await change('requestUpload', uploads[1] as object)).toEqual(b);
    const [again, changed] =
      (
        await change('requestUploads', {
          uploads: [uploads[0], { ...uploads[1], fileName: 'c.jpg' }],
        })
      ).results ?? [];
    expect(again).toEqual(a);
    expect(changed?.upload).toBeNull();
    expect(changed?.userErrors[0]?.code).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('has a key for all of its files, of several vehicles', async () => {
    const vehicles = [await addVehicle(north.staff), await addVehicle(north.staff)];
    const uploads = vehicles.flatMap((vehicleId) => [
      describeFile(vehicleId, picture),
      describeFile(vehicleId, picture),
    ]);
    const input = { uploads, idempotencyKey: uuid() };
    const answers = await atOnce(20, 'requestUploads', input);
    expect(answers).toHaveLength(1);
    expect(new Set(answers[0]?.results?.map(({ upload }) => upload?.id)).size).toBe(4);
    const { results } = await change('requestUploads', { ...input, uploads: uploads.slice(1) });
    expect(results?.map(({ userErrors }) => userErrors[0]?.code)).toEqual(
      Array.from({ length: 3 }, () => 'IDEMPOTENCY_MISMATCH'),
    );
  });

  it('that broke off in the middle is finished by the same key', async () => {
    const { vehicleId, ids } = await gallery(2);
    const mend = await breaking('media', `new.id = '${decodeId(ids[1] ?? '')?.uuid}'`);
    const { mediaVersion } = await readGallery(north.staff, vehicleId);
    const input = { ids, idempotencyKey: uuid() };
    const broken = await north.staff.send(documentOf('deleteMedia'), { input });
    await mend();
    expect(broken.errors?.[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
    expect((await readGallery(north.staff, vehicleId)).media.totalCount).toBe(1);
    expect(await change('deleteMedia', input)).toEqual({ deletedIds: ids, userErrors: [] });
    expect((await readGallery(north.staff, vehicleId)).mediaVersion).toBe(mediaVersion + 2);
  });
});

describe('a key of another request', () => {
  it('is refused, and nothing is changed', async () => {
    const { vehicleId, ids } = await gallery(2);
    const idempotencyKey = uuid();
    await change('updateMedia', { id: ids[0], alt: 'Front', idempotencyKey });
    const others: [string, object][] = [
      ['updateMedia', { id: ids[0], alt: 'Rear' }],
      ['updateMedia', { id: ids[1], alt: 'Front' }],
      ['updateMedia', { id: ids[0], alt: 'Front', caption: null }],
      ['deleteMedia', { ids: [ids[0]] }],
      ['restoreMedia', { id: ids[0] }],
      ['reorderMedia', { vehicleId, order: [...ids].reverse(), expectedVersion: 2 }],
      ['requestUpload', describeFile(vehicleId, picture)],
      ['upsertVehicle', { vehicle: { id: vehicleId, make: 'Other' } }],
      ['deleteVehicle', { id: vehicleId }],
    ];
    const [awaited, wrong] = [await ticket(vehicleId), await ticket(vehicleId)];
    await sendWrong(wrong);
    for (const { id: uploadId } of [awaited, wrong]) {
      others.push(['completeUpload', { uploadId }]);
      others.push(['refreshUpload', { uploadId, partNumbers: [0] }]);
      others.push(['cancelUpload', { uploadId }]);
    }
    const before = await readGallery(north.staff, vehicleId);
    for (const [name, input] of others) {
      const { userErrors } = await change(name, { ...input, idempotencyKey });
      expect(userErrors, name).toEqual([
        { code: 'IDEMPOTENCY_MISMATCH', field: ['input', 'idempotencyKey'] },
      ]);
    }
    const after = await readGallery(north.staff, vehicleId);
    expect(after.media.nodes.map(({ alt }) => alt)).toEqual(['Front', null]);
    expect(after.mediaVersion).toBe(before.mediaVersion);
    for (const { id } of [awaited, wrong]) expect(await uploadStatus(id)).toBe('AWAITING_BYTES');
  });

  it('is refused when that request came to its end in the meantime', async () => {
    const vehicleId = await addVehicle(north.staff);
    const [right, wrong] = [await ticket(vehicleId), await ticket(vehicleId)];
    await put(right.target, picture);
    await sendWrong(wrong);
    const idempotencyKey = uuid();
    const [held] = armFailpoints([{ name: 'completion-asked', action: 'wait', pass: 1 }]);
    const late = change('completeUpload', { uploadId: wrong.id, idempotencyKey });
    await held?.reached;
    const { upload } = await change('completeUpload', { uploadId: right.id, idempotencyKey });
    held?.release();
    expect(upload?.status).toBe('COMPLETED');
    expect((await late).userErrors[0]?.code).toBe('IDEMPOTENCY_MISMATCH');
    expect(await uploadStatus(wrong.id)).toBe('AWAITING_BYTES');
  });

  it('may be another dealership’s, or another person’s, without a word', async () => {
    const idempotencyKey = uuid();
    const colleague = await server.dealership(PUBLIC_DEALERSHIP, 'MANAGER');
    const add = (client: GraphQLClient) =>
      change('upsertVehicle', { vehicle: { stockNumber: `S-${uuid()}` }, idempotencyKey }, client);
    const answers = await Promise.all([north, south, colleague].map(({ staff }) => add(staff)));
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], [], []]);
    expect(new Set(answers.map(({ vehicle }) => vehicle?.id)).size).toBe(3);
  });

  it.each([
    ['an empty key', ''],
    ['a key of 256 characters', 'k'.repeat(256)],
  ])('%s is none', async (_, idempotencyKey) => {
    const vehicleId = await addVehicle(north.staff);
    const refusal = [{ code: 'INVALID_INPUT', field: ['input', 'idempotencyKey'] }];
    const upsert = await change('upsertVehicle', {
      vehicle: { stockNumber: 'X-1' },
      idempotencyKey,
    });
    expect(upsert).toEqual({ vehicle: null, userErrors: refusal });
    const file = { ...describeFile(vehicleId, picture), idempotencyKey };
    expect(await change('requestUpload', file)).toEqual({ upload: null, userErrors: refusal });
    const input = { ids: ['bm9wZQ'], idempotencyKey };
    expect(await change('deleteMedia', input)).toEqual({ deletedIds: [], userErrors: refusal });
  });
});

describe('a request that did not come to its end', () => {
  it('leaves neither effect nor key when the key cannot be kept', async () => {
    const vehicleId = await addVehicle(north.staff);
    const stockNumber = `C-${uuid()}`;
    const requests: [string, object][] = [
      ['upsertVehicle', { vehicle: { stockNumber }, idempotencyKey: uuid() }],
      ['requestUpload', { ...describeFile(vehicleId, picture), idempotencyKey: uuid() }],
    ];
    const state = async () => [
      await countOf('vehicles', `stock_number = '${stockNumber}'`),
      await countOf('uploads', `vehicle_id = '${decodeId(vehicleId)?.uuid}'`),
      await countOf('media', `vehicle_id = '${decodeId(vehicleId)?.uuid}'`),
    ];
    const mend = await breaking('idempotency_keys', 'true');
    for (const [name, input] of requests) {
      const { errors } = await north.staff.send(documentOf(name), { input });
      expect(errors?.[0]?.extensions?.code, name).toBe('INTERNAL_SERVER_ERROR');
    }
    const broken = await state();
    await mend();
    expect(broken).toEqual([0, 0, 0]);
    for (const [name, input] of requests) {
      expect((await change(name, input)).userErrors, name).toEqual([]);
      await change(name, input);
    }
    expect(await state()).toEqual([1, 1, 1]);
  });

  it('keeps no key of an effect that was rolled back', async () => {
    const stockNumber = `R-${uuid()}`;
    const input = { vehicle: { stockNumber }, idempotencyKey: uuid() };
    const mend = await breaking('vehicles', `new.stock_number = '${stockNumber}'`);
    await north.staff.send(documentOf('upsertVehicle'), { input });
    await mend();
    expect(await countOf('idempotency_keys', `key = '${input.idempotencyKey}'`)).toBe(0);
    expect((await change('upsertVehicle', input)).vehicle?.id).toEqual(expect.any(String));
  });

  it('is answered when it is sent again after its reply was lost', async () => {
    const stockNumber = `L-${uuid()}`;
    const input = { vehicle: { stockNumber }, idempotencyKey: uuid() };
    const { hostname, port } = new URL(server.url);
    const body = JSON.stringify({ query: documentOf('upsertVehicle'), variables: { input } });
    const socket = connect(Number(port), hostname);
    socket.end(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${north.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // Whoever asked is gone before the first byte of the answer.
    socket.once('data', () => socket.destroy());
    const rows = () => countOf('vehicles', `stock_number = '${stockNumber}'`);
    await expect.poll(rows).toBe(1);
    const { rows: made } = await query('select id from vehicles where stock_number = $1', [
      stockNumber,
    ]);
    const { vehicle } = await change('upsertVehicle', input);
    expect(decodeId(vehicle?.id ?? '')?.uuid).toBe(made[0]?.['id']);
    expect(await rows()).toBe(1);
  });
});

describe('a request that was refused', () => {
  it('is tried anew by the same key', async () => {
    const vehicleId = await addVehicle(north.staff);
    const file = describeFile(vehicleId, picture);
    const open = [];
    for (let index = 0; index < 4; index++) open.push(await change('requestUpload', file));
    const input = { ...file, idempotencyKey: uuid() };
    expect((await change('requestUpload', input)).userErrors[0]?.code).toBe('QUOTA_EXCEEDED');
    await change('cancelUpload', { uploadId: open[0]?.upload?.id });
    const granted = await change('requestUpload', input);
    expect(granted.upload?.status).toBe('AWAITING_BYTES');
    expect(await change('requestUpload', input)).toEqual(granted);
  });
});

describe('housekeeping', () => {
  it('forgets keys after 24 hours and not before', async () => {
    const keys = [uuid(), uuid()];
    for (const idempotencyKey of keys) {
      await change('upsertVehicle', { vehicle: { stockNumber: `H-${uuid()}` }, idempotencyKey });
    }
    const age = (key: string | undefined, time: string) =>
      query(`update idempotency_keys set created_at = now() - interval '${time}' where key = $1`, [
        key,
      ]);
    await age(keys[0], '24 hours 1 second');
    await age(keys[1], '23 hours 59 minutes');
    await pruneIdempotencyKeys(server.app.db.pool);
    expect(await countOf('idempotency_keys', `key = '${keys[0]}'`)).toBe(0);
    expect(await countOf('idempotency_keys', `key = '${keys[1]}'`)).toBe(1);
  });
});
