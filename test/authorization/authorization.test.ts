import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema } from '../../server/schema/index.ts';
import { startServer, type TestServer } from '../server.ts';
import { EXPECTED } from './expectations.ts';
import { rootFields, runMatrix } from './matrix.ts';
import { runReplay } from './replay.ts';
import { createWorld, QUIET, type World } from './world.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startServer({ env: QUIET });
  world = await createWorld(server);
});
afterAll(() => server.stop());

it('knows who may use every field, and no field that is not there', () => {
  const names = new Set(Object.keys(EXPECTED).map((name) => name.split(' ')[0]));
  expect([...names].sort()).toEqual(
    rootFields(schema)
      .map(({ field }) => field.name)
      .sort(),
  );
});

it('tells nobody what happens elsewhere, also not who catches up', async () => {
  expect(await runReplay(world)).toEqual([]);
});

it('shows and lets nobody do what is not theirs', async () => {
  const { findings, ...size } = await runMatrix(world, { schema });
  console.log(`authorization: ${JSON.stringify({ ...size, findings: findings.length })}`);
  expect(findings).toEqual([]);
  expect(size.cells).toBeGreaterThan(3_000);
}, 600_000);
