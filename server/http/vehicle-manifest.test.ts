import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addVehicle } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import { parseManifest } from '../../widget/api/manifest/parse-manifest.ts';
import { encodeId } from '../node-id.ts';

let server: TestServer;
let north: TestDealership;
let id: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  id = await addVehicle(north.staff, {
    year: 2019,
    make: 'Example',
    model: 'Roadster',
    vin: '1M8GDM9AXKP042788',
    priceAmount: '23990',
  });
});
afterAll(() => server.stop());

const at = (vehicleId: string): string => `${server.url}/embed/vehicles/${vehicleId}.json`;

describe('/embed/vehicles/{id}.json', () => {
  it('is a manifest that the element reads, for every origin and for caches', async () => {
    const response = await fetch(at(id));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=60, stale-while-revalidate=30',
      'x-content-type-options': 'nosniff',
    });
    expect(parseManifest(await response.json(), at(id))).toMatchObject({
      id,
      title: '2019 Example Roadster',
      vin: '1M8GDM9AXKP042788',
      price: { amount: '23990.00', currency: 'USD' },
      mediaCursor: null,
      media: [],
    });
  });

  it('answers 304 while it is the same, and sends no body for HEAD', async () => {
    const etag = (await fetch(at(id), { method: 'HEAD' })).headers.get('etag') as string;
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      // Node's fetch would answer from what it asked for itself.
      expect(await statusOf(at(id), { 'if-none-match': tags }), tags).toBe(304);
    }
    expect(await statusOf(at(id), { 'if-none-match': '"other"' })).toBe(200);
    await north.staff.expect(
      'mutation ($id: ID!) { upsertVehicle(input: { vehicle: { id: $id, mileage: 7 } }) { vehicle { id } } }',
      { id },
    );
    expect(await statusOf(at(id), { 'if-none-match': etag })).toBe(200);
  });

  it('is absent for whatever visitors do not see', async () => {
    const south = await server.dealership('south');
    const hidden = [
      await addVehicle(north.staff, { status: 'DRAFT' }),
      await addVehicle(south.staff),
      encodeId('Vehicle', north.uuid),
      encodeId('Dealership', north.uuid),
      'nonsense',
    ];
    for (const absent of hidden) {
      const response = await fetch(at(absent), {
        headers: { authorization: `Bearer ${north.token}` },
      });
      expect([response.status, await response.text()]).toEqual([404, '']);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('is only read', async () => {
    const response = await fetch(at(id), { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}
