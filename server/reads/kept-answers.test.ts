import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle } from '../../test/gallery.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { recordStatements } from '../../test/statements.ts';
import { uuidOf } from '../node-id.ts';
import { createKeptAnswers } from './kept-answers.ts';

const QUERY = 'query ($id: ID!) { vehicle(id: $id) { model media { nodes { alt } } } }';

let server: TestServer;
let north: TestDealership;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
});
afterAll(() => server.stop());

interface Page {
  vehicle: { model: string; media: { nodes: { alt: string }[] } } | null;
}

/** A vehicle that visitors have asked for often enough for its answer to be kept. */
async function keptVehicle(): Promise<{ id: string; uuid: string; read(): Promise<Page> }> {
  const id = await addVehicle(north.staff, { model: 'First' });
  const read = () => server.visitor.expect<Page>(QUERY, { id });
  for (let times = 0; times < 3; times++) await read();
  return { id, uuid: uuidOf('Vehicle', id) ?? '', read };
}

async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const seen = await recordStatements(work);
  return seen.filter(({ role }) => role === 'forecourt_visitor').length;
}

describe('the answer about a vehicle', () => {
  it('is read once for all visitors who ask the same', async () => {
    const { read } = await keptVehicle();
    expect(await statementsOf(read)).toBe(0);
  });

  it('is read for staff each time', async () => {
    const { id } = await keptVehicle();
    const seen = await recordStatements(() => north.staff.expect(QUERY, { id }));
    expect(seen.filter(({ role }) => role === 'forecourt_tenant')).toHaveLength(1);
  });

  it('is another one for whoever looks at another dealership', async () => {
    const { id } = await keptVehicle();
    const south = await server.dealership('south');
    const { createEmbedKey } = await south.staff.expect<{
      createEmbedKey: { embedKey: { key: string } };
    }>('mutation { createEmbedKey(input: { name: "Website" }) { embedKey { key } } }');
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-embed-key': createEmbedKey.embedKey.key,
      },
      body: JSON.stringify({ query: QUERY, variables: { id } }),
    });
    expect(await answer.json()).toMatchObject({ data: { vehicle: null } });
  });

  it('is new for whoever asks once a change is answered', async () => {
    const { id, read } = await keptVehicle();
    await north.staff.expect(
      'mutation ($vehicle: VehicleFields!) { upsertVehicle(input: { vehicle: $vehicle }) { userErrors { message } } }',
      { vehicle: { id, model: 'Second' } },
    );
    expect((await read()).vehicle?.model).toBe('Second');
  });

  it.each<[string, (uuid: string) => string, (page: Page) => unknown, unknown]>([
    [
      'its data are changed by another process',
      (uuid) => `update vehicles set model = 'Third' where id = '${uuid}'`,
      ({ vehicle }) => vehicle?.model,
      'Third',
    ],
    [
      'it is no longer published',
      (uuid) => `update vehicles set status = 'SOLD' where id = '${uuid}'`,
      ({ vehicle }) => vehicle,
      null,
    ],
    [
      'it is deleted',
      (uuid) => `delete from vehicles where id = '${uuid}'`,
      ({ vehicle }) => vehicle,
      null,
    ],
    [
      'a picture of it is ready',
      (uuid) =>
        `insert into media (id, dealership_id, vehicle_id, status, position, alt, original_file_name, original_content_type, original_byte_size)
         select gen_random_uuid(), dealership_id, id, 'READY', 0, 'Front', 'a.jpg', 'image/jpeg', 1 from vehicles where id = '${uuid}'`,
      ({ vehicle }) => vehicle?.media.nodes,
      [{ alt: 'Front' }],
    ],
  ])('is dropped when %s', async (_, change, seen, expected) => {
    const { uuid, read } = await keptVehicle();
    expect(seen(await read())).not.toEqual(expected);
    await server.app.db.pool.query(change(uuid));
    await expect.poll(async () => seen(await read()), { interval: 20 }).toEqual(expected);
  });

  it('is kept while tickets for its uploads are asked for', async () => {
    const other = await keptVehicle();
    const { uuid, read } = await keptVehicle();
    await other.read();
    await server.app.db.pool.query(
      `update vehicles set reserved_image_count = reserved_image_count + 1 where id = '${uuid}'`,
    );
    // What comes after it on the same channel has come.
    await server.app.db.pool.query(`delete from vehicles where id = '${other.uuid}'`);
    await expect.poll(async () => (await other.read()).vehicle, { interval: 20 }).toBeNull();
    expect(await statementsOf(read)).toBe(0);
  });
});

it('says to a cache that asks again with its tag that nothing changed', async () => {
  const { id } = await keptVehicle();
  const url = new URL(`${server.url}/graphql`);
  url.searchParams.set('query', QUERY);
  url.searchParams.set('variables', JSON.stringify({ id }));
  const first = await fetch(url);
  const etag = first.headers.get('etag') ?? '';
  expect(first.headers.get('cache-control')).toMatch(/^public, max-age=/);
  const again = await fetch(url, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  await server.app.db.pool.query(
    `update vehicles set model = 'Other' where id = '${uuidOf('Vehicle', id)}'`,
  );
  await expect
    .poll(async () => (await fetch(url, { headers: { 'if-none-match': etag } })).status)
    .toBe(200);
});

it('sends a page with a token nothing that visitors may keep', async () => {
  const { id } = await keptVehicle();
  const url = `${server.url}/graphql?${new URLSearchParams({ query: QUERY, variables: JSON.stringify({ id }) })}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${north.token}` } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('etag')).toBeNull();
});

describe('answers that are kept', () => {
  const body = '{"data":{}}';

  it('are none that was read before its vehicle changed', () => {
    const kept = createKeptAnswers(1_000_000);
    const readAt = kept.now();
    kept.drop('a');
    kept.keep('key a', body, { vehicleId: 'a', readAt });
    kept.keep('key b', body, { vehicleId: 'b', readAt });
    expect(kept.find('key a')).toBeNull();
    expect(String(kept.find('key b')?.body)).toBe(body);
  });

  it('are none that was read before a message may have been lost', () => {
    const kept = createKeptAnswers(1_000_000);
    const readAt = kept.now();
    kept.drop('');
    kept.keep('key', body, { vehicleId: 'a', readAt });
    expect(kept.find('key')).toBeNull();
  });

  it('take no more room than they may, the oldest going first', () => {
    const kept = createKeptAnswers(20_000);
    const large = 'x'.repeat(900);
    for (let index = 0; index < 50; index++)
      kept.keep(`key ${index}`, large, { vehicleId: `${index}`, readAt: kept.now() });
    const found = Array.from({ length: 50 }, (_, index) => kept.find(`key ${index}`) !== null);
    expect(found.filter(Boolean).length).toBeLessThanOrEqual(14);
    expect(found.at(-1)).toBe(true);
    expect(found[0]).toBe(false);
  });

  it('are not more than 200 about one vehicle', () => {
    const kept = createKeptAnswers(10_000_000);
    for (let index = 0; index < 300; index++)
      kept.keep(`key ${index}`, body, { vehicleId: 'a', readAt: kept.now() });
    const found = Array.from({ length: 300 }, (_, index) => kept.find(`key ${index}`) !== null);
    expect(found.filter(Boolean)).toHaveLength(200);
    expect(found.at(-1)).toBe(true);
  });

  it('are none where there is no room', () => {
    const kept = createKeptAnswers(0);
    kept.keep('key', body, { vehicleId: 'a', readAt: kept.now() });
    expect(kept.find('key')).toBeNull();
  });
});

it('answers a visitor as before when it keeps nothing', async () => {
  const bare = await startServer({ env: { ANSWER_CACHE_BYTES: '0' } });
  try {
    const dealer = await bare.dealership(PUBLIC_DEALERSHIP);
    const id = await addVehicle(dealer.staff, { model: 'Bare' });
    const visitor = new GraphQLClient(bare.url);
    for (let times = 0; times < 3; times++)
      expect((await visitor.expect<Page>(QUERY, { id })).vehicle?.model).toBe('Bare');
  } finally {
    await bare.stop();
  }
});
