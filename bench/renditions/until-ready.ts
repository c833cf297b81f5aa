import { demoAccount } from '../../demo/seed.ts';
import { startProcess } from '../../soak/process.ts';
import {
  addVehicle,
  completeUpload,
  describeFile,
  put,
  readGallery,
  ticketFor,
} from '../../test/gallery.ts';
import { GraphQLClient } from '../../test/graphql-client.ts';
import { eventsUntil, followByWebSocket } from '../../test/live-client.ts';

export interface ReadyServer {
  /** Seconds from the completion that is sent to the event that says READY. */
  untilReady(photo: Uint8Array): Promise<number>;
  stop(): Promise<void>;
}

/** A server as `npm run serve` runs it, with nothing else to do. */
export async function startReadyServer(): Promise<ReadyServer> {
  const server = await startProcess({ LOG_LEVEL: 'silent' });
  const { logIn } = await new GraphQLClient(server.url).expect<{
    logIn: { session: { token: string } };
  }>(
    'mutation ($email: String!, $password: String!) { logIn(input: { email: $email, password: $password }) { session { token } } }',
    demoAccount,
  );
  const { token } = logIn.session;
  const staff = new GraphQLClient(server.url, token);
  return {
    async untilReady(photo) {
      const vehicleId = await addVehicle(staff);
      const { mediaCursor: after } = await readGallery(staff, vehicleId);
      const ticket = await ticketFor(staff, describeFile(vehicleId, photo));
      const live = followByWebSocket({ url: server.url, token, vehicleId, after });
      const ready = eventsUntil(live, ({ media }) => /^(READY|FAILED)$/.test(media?.status ?? ''));
      const stored = await put(ticket.target, photo);
      if (!stored.ok) throw new Error(`The store answered ${stored.status}`);
      const completed = performance.now();
      const { userErrors } = await completeUpload(staff, ticket.id);
      if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
      const last = (await ready).at(-1);
      const seconds = (performance.now() - completed) / 1_000;
      await live.events.return?.();
      if (last?.media?.status !== 'READY') throw new Error(`It became ${last?.media?.status}`);
      return seconds;
    },
    stop: () => server.stop(),
  };
}
