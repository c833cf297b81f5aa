import { afterEach, beforeEach, expect, it } from 'vitest';
import { startServer, type TestServer } from '../test/server.ts';
import { seedDemo } from './seed.ts';
import { demoVehicles } from './vehicles.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.stop());

it('seeds each picture once when several servers start at once', async () => {
  const { db, storage } = server.app;
  await Promise.all([1, 2, 3].map(() => seedDemo(db, storage)));
  await seedDemo(db, storage);
  expect(await db.prisma.vehicle.count({ where: {} })).toBe(demoVehicles.length);
  expect(await db.prisma.media.count({ where: {} })).toBe(
    demoVehicles.flatMap(({ pictures }) => pictures).length,
  );
});
