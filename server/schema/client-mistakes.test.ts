import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { addVehicle, uploadPhoto } from '../../test/gallery.ts';
import { photo } from '../../test/pictures.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

let server: TestServer;
let north: TestDealership;
let vehicleId: string;
beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(north.staff);
});
afterAll(() => server.stop());

const ID = '01890000-0000-7000-8000-000000000000';
const base64 = (text: string): string => Buffer.from(text).toString('base64url');

describe('BAD_USER_INPUT answers', () => {
  it.each([
    ['a moment of year 0', '0000-01-01T00:00:00Z'],
    ['a moment whose zone leads into year 0', '0001-01-01T00:00:00+14:00'],
    ['a moment beyond year 9999', '9999-12-31T23:59:59-12:00'],
  ])('%s', async (_, updatedAfter) => {
    const { errors } = await north.staff.send(
      'query ($at: DateTime) { vehicles(filter: { updatedAfter: $at }) { totalCount } }',
      { at: updatedAfter },
    );
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['a year that is no 32-bit integer', 'YEAR', ['YEAR', 3_000_000_000, ID]],
    ['a moment in words', 'CREATED_AT', ['CREATED_AT', 'June 2026', ID]],
    [
      'a moment that is not in the calendar',
      'CREATED_AT',
      ['CREATED_AT', '2026-02-31T00:00:00.000Z', ID],
    ],
    ['an id that is no UUID', 'YEAR', ['YEAR', 2026, '-'.repeat(36)]],
  ])('a cursor of vehicles with %s', async (_, by, cursor) => {
    const { errors } = await north.staff.send(
      `query ($after: String) { vehicles(after: $after, sort: { by: ${by}, direction: ASC }) { nodes { id } } }`,
      { after: base64(JSON.stringify(cursor)) },
    );
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['no UUID', base64('GPC:S:nonsense')],
    ['a number', base64('GPC:N:1')],
  ])('a cursor of media that is %s', async (_, after) => {
    for (const name of ['after', 'before']) {
      const { errors } = await north.staff.send(
        `query ($id: ID!, $at: String) { vehicle(id: $id) { media(${name}: $at) { nodes { id } } } }`,
        { id: vehicleId, at: after },
      );
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });
});

it('takes the cursors that it gave', async () => {
  const id = await uploadPhoto(
    north.staff,
    vehicleId,
    (await photo({ width: 200, height: 150, seed: 9 })).bytes,
  );
  const query =
    'query ($id: ID!, $at: String) { vehicle(id: $id) { media(after: $at) { nodes { id } pageInfo { endCursor } } } }';
  const first = await north.staff.expect<{
    vehicle: { media: { nodes: { id: string }[]; pageInfo: { endCursor: string } } };
  }>(query, { id: vehicleId });
  expect(first.vehicle.media.nodes).toEqual([{ id }]);
  expect(
    await north.staff.expect(query, { id: vehicleId, at: first.vehicle.media.pageInfo.endCursor }),
  ).toMatchObject({ vehicle: { media: { nodes: [] } } });
});

it('gives a mediaCursor in an event of a subscription', async () => {
  const client = createClient({
    url: `${server.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const events = client.iterate({
    query: `subscription ($id: ID!) { vehicleMediaChanged(vehicleId: $id) {
      ... on MediaStatusChanged { media { vehicle { mediaCursor } } }
    } }`,
    variables: { id: vehicleId },
  });
  const event = events.next();
  // Until the stream is open, what happens passes it by.
  await expect
    .poll(async () => {
      await uploadPhoto(
        north.staff,
        vehicleId,
        (await photo({ width: 201, height: 150, seed: 10 })).bytes,
      );
      return Promise.race([event, null]);
    })
    .toMatchObject({
      value: {
        data: {
          vehicleMediaChanged: { media: { vehicle: { mediaCursor: expect.any(String) } } },
        },
      },
    });
  await client.dispose();
});

it('answers a path that is no address', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET // HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(String(data)).not.toMatch(/^HTTP\/1\.1 5/);
  socket.destroy();
});
