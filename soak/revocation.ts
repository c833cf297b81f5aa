/**
 * 200 live streams of one viewer, half over WebSocket and half over server-sent
 * events, half of them with events all the time and half with none. What lets
 * the viewer in is taken back: a session, a membership, an API key, an embed
 * key, an upload token, one after the other. The last event of each stream, and
 * its end, come within a second of the answer. Every role may follow, so that a
 * new role ends no stream.
 *
 *   npm run soak:revocation [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… runs it on that Postgres instead of the embedded database
 */
import { account, userIdOf } from '../test/accounts.ts';
import { addVehicle, readGallery, uploadPhoto } from '../test/gallery.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import {
  makeApiKey,
  makeEmbedKey,
  makeUploadToken,
  revokeApiKey,
  revokeUploadToken,
  updateEmbedKey,
} from '../test/keys.ts';
import {
  followBySse,
  followByWebSocket,
  settledStatus,
  type FollowOptions,
} from '../test/live-client.ts';
import { photo } from '../test/pictures.ts';
import { PUBLIC_DEALERSHIP, startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('revocation');
const STREAMS = run.short ? 40 : 200;
const MAX_MS = 1_000;

/** What lets a viewer in, and how it is taken back. */
interface Admission {
  credentials: Pick<FollowOptions, 'token' | 'embedKey'>;
  revoke(): Promise<unknown>;
  /** Whether it is for one vehicle alone. */
  oneVehicle?: true;
}

const server = await startServer({ env: { RATE_LIMITS: 'off', MEDIA_CONCURRENCY: '1' } });
try {
  const north = await server.dealership(PUBLIC_DEALERSHIP);
  const { staff } = north;
  const busy = await addVehicle(staff);
  const quiet = await addVehicle(staff);
  const after = (await readGallery(staff, busy)).mediaCursor;
  const { bytes } = await photo({ width: 200, height: 150, seed: 1 });
  const mediaId = await uploadPhoto(staff, busy, bytes);
  await settledStatus({ url: server.url, token: north.token, vehicleId: busy, after, mediaId });

  const admissions: Record<string, () => Promise<Admission>> = {
    async session() {
      const { session } = await account(server.visitor, 'logIn', {
        email: north.email,
        password: north.password,
      });
      const token = session?.token as string;
      const own = new GraphQLClient(server.url, token);
      return { credentials: { token }, revoke: () => account(own, 'logOut', {}) };
    },
    async membership() {
      const { token, email } = await server.dealership(PUBLIC_DEALERSHIP, 'PHOTOGRAPHER');
      const userId = await userIdOf(server, email);
      return { credentials: { token }, revoke: () => account(staff, 'removeMember', { userId }) };
    },
    async apiKey() {
      const { id, key } = await makeApiKey(staff, ['VEHICLES_READ']);
      return { credentials: { token: key }, revoke: () => revokeApiKey(staff, id) };
    },
    async embedKey() {
      const { id, key } = await makeEmbedKey(staff);
      return {
        credentials: { embedKey: key },
        revoke: () => updateEmbedKey(staff, 'revoke', { id }),
      };
    },
    async uploadToken() {
      const { id, token } = await makeUploadToken(staff, busy);
      return {
        credentials: { token },
        revoke: () => revokeUploadToken(staff, id),
        oneVehicle: true,
      };
    },
  };

  async function revoke(admission: Admission) {
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, async (_, index) => {
        const follow = index % 2 ? followBySse : followByWebSocket;
        const vehicleId = index % 4 < 2 || admission.oneVehicle ? busy : quiet;
        const live = follow({
          url: server.url,
          ...admission.credentials,
          vehicleId,
          after: 'nonsense',
        });
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
        await staff.expect(
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
    await admission.revoke();
    const revoked = performance.now();
    const times = await Promise.all(ends);
    writing = false;
    await writer;
    return {
      streams: STREAMS,
      events,
      lastEventMs: Math.round(Math.max(...times.map(({ last }) => last - revoked))),
      lastEndMs: Math.round(Math.max(...times.map(({ end }) => end - revoked))),
    };
  }

  const revocations: ({ of: string } & Awaited<ReturnType<typeof revoke>>)[] = [];
  for (const [of, admit] of Object.entries(admissions)) {
    const times = await revoke(await admit());
    console.error(JSON.stringify({ of, ...times }));
    revocations.push({ of, ...times });
  }
  console.table(revocations);
  await run.report(
    { engine: process.env.DATABASE_URL ? 'postgres' : 'embedded', revocations, allowedMs: MAX_MS },
    revocations.every(({ lastEventMs, lastEndMs }) => lastEventMs <= MAX_MS && lastEndMs <= MAX_MS),
  );
} finally {
  await server.stop();
}
