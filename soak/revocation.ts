/**
 * 200 live streams of one session, half over WebSocket and half over
 * server-sent events, half of them with events all the time and half with none.
 * The session is ended: the last event of each, and its end, come within a
 * second of the answer.
 *
 *   npm run soak:revocation [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… runs it on that Postgres instead of the embedded database
 */
import { GraphQLClient } from '../test/graphql-client.ts';
import { addVehicle, uploadPhoto } from '../test/gallery.ts';
import { followBySse, followByWebSocket } from '../test/live-client.ts';
import { photo } from '../test/pictures.ts';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('revocation');
const STREAMS = run.short ? 40 : 200;
const MAX_MS = 1_000;

const server = await startServer({ env: { RATE_LIMITS: 'off', MEDIA_CONCURRENCY: '0' } });
try {
  const north = await server.dealership(PUBLIC_DEALERSHIP);
  const busy = await addVehicle(north.staff);
  const quiet = await addVehicle(north.staff);
  const { bytes } = await photo({ width: 200, height: 150, seed: 1 });
  const mediaId = await uploadPhoto(north.staff, busy, bytes);
  const { logIn } = await server.visitor.expect<{ logIn: { session: { token: string } } }>(
    'mutation ($input: LogInInput!) { logIn(input: $input) { session { token } } }',
    { input: { email: north.email, password: north.password } },
  );
  const { token } = logIn.session;

  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async (_, index) => {
      const follow = index % 2 ? followBySse : followByWebSocket;
      const vehicleId = index % 4 < 2 ? busy : quiet;
      const live = follow({ url: server.url, token, vehicleId, after: 'nonsense' });
      // An unknown cursor is answered at once: from then on the stream is open.
      await live.events.next();
      return live;
    }),
  );
  let events = 0;
  const ends = streams.map(async ({ events: told }) => {
    let last = 0;
    for await (const _event of told) {
      events += 1;
      last = performance.now();
    }
    return { last, end: performance.now() };
  });

  let writing = true;
  const writer = (async () => {
    for (let count = 0; writing; count += 1) {
      await north.staff.expect(
        'mutation ($input: UpdateMediaInput!) { updateMedia(input: $input) { userErrors { code } } }',
        { input: { id: mediaId, alt: `change ${count}` } },
      );
    }
  })();
  while (events < STREAMS * 5) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  await new GraphQLClient(server.url, token).expect(
    'mutation { logOut(input: {}) { userErrors { code } } }',
  );
  const revoked = performance.now();
  const times = await Promise.all(ends);
  writing = false;
  await writer;

  const lastEventMs = Math.round(Math.max(...times.map(({ last }) => last - revoked)));
  const lastEndMs = Math.round(Math.max(...times.map(({ end }) => end - revoked)));
  await run.report(
    {
      engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
      streams: STREAMS,
      events,
      lastEventMs,
      lastEndMs,
      allowedMs: MAX_MS,
    },
    lastEventMs <= MAX_MS && lastEndMs <= MAX_MS,
  );
} finally {
  await server.stop();
}
