import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle, describeFile, ticketFor } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';

const UPLOAD = `query ($id: ID!) {
  upload(id: $id) { fileName target { __typename } }
  node(id: $id) { ... on Upload { target { __typename } } }
}`;

let server: TestServer;
let north: TestDealership;
let id: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  const vehicleId = await addVehicle(north.staff);
  id = (await ticketFor(north.staff, describeFile(vehicleId, Buffer.from('bytes')))).id;
});
afterAll(() => server.stop());

describe('the target of an upload', () => {
  it.each(['OWNER', 'MANAGER', 'PHOTOGRAPHER'] as const)(
    'is shown to the role %s',
    async (role) => {
      const { staff } = role === 'OWNER' ? north : await server.dealership(PUBLIC_DEALERSHIP, role);
      const target = { __typename: 'PutTarget' };
      expect(await staff.expect(UPLOAD, { id })).toMatchObject({
        upload: { target },
        node: { target },
      });
    },
  );

  it('is null for the role VIEWER, who sees the rest', async () => {
    const { staff } = await server.dealership(PUBLIC_DEALERSHIP, 'VIEWER');
    expect(await staff.expect(UPLOAD, { id })).toEqual({
      upload: { fileName: 'photo.jpg', target: null },
      node: { target: null },
    });
    const { errors } = await staff.send('{ openUploads { target { __typename } } }');
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('is nobody else’s to see', async () => {
    const south = await server.dealership('south');
    for (const client of [server.visitor, south.staff]) {
      expect(await client.expect(UPLOAD, { id })).toEqual({ upload: null, node: null });
    }
  });
});
