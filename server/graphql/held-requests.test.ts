import { queryObjects } from 'node:v8';
import { createYoga } from 'graphql-yoga';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addVehicle } from '../../test/gallery.ts';
import { PUBLIC_DEALERSHIP, startServer, type TestServer } from '../../test/server.ts';
import { schema } from '../schema/index.ts';

const STREAMS = 20;

let server: TestServer;
let vehicleId: string;

beforeAll(async () => {
  server = await startServer();
  const { staff } = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(staff);
});
afterAll(() => server.stop());

it('holds nothing of the requests for streams that are open', async () => {
  const { Request } = createYoga({ schema }).fetchAPI;
  const before = queryObjects(Request, { format: 'count' });
  const abort = new AbortController();
  for (let stream = 0; stream < STREAMS; stream++) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      signal: abort.signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: `subscription ($id: ID!) { vehicleMediaChanged(vehicleId: $id) { cursor } }`,
        variables: { id: vehicleId },
      }),
    });
    expect(response.status).toBe(200);
  }
  const held = queryObjects(Request, { format: 'count' }) - before;
  abort.abort();
  expect(held).toBeLessThan(STREAMS / 2);
});
