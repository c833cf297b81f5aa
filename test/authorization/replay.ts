import { schema } from '../../server/schema/index.ts';
import { readEvents } from './follow.ts';
import { selectionOf } from './select.ts';
import { ask, plant, type Actor, type World } from './world.ts';

const UPDATE =
  'mutation ($id: ID!) { updateMedia(input: { id: $id, alt: "new" }) { media { id } } }';
const LAST_WORD = 'the last that was said';

/**
 * What a stream that catches up tells: something happens elsewhere, then at
 * home, and whoever follows home from before both hears of the latter alone.
 */
export async function runReplay(world: World): Promise<string[]> {
  const { server, actors } = world;
  const findings: string[] = [];
  const owner = actors.find(({ kind }) => kind === 'owner') as Actor;
  const other = actors.find(({ kind }) => kind === 'owner elsewhere') as Actor;
  const field = schema.getSubscriptionType()?.getFields().dealershipMediaChanged;
  if (!field) throw new Error('There is no stream of a dealership');
  for (const [follower, stranger] of [
    [owner, other],
    [other, owner],
  ] as const) {
    const cursor = await cursorOf(world, follower);
    const foreign = await plant(server.app.db, stranger.home, stranger.home.things.userId);
    await ask(server, stranger.headers, UPDATE, { id: foreign.Media });
    const own = await plant(server.app.db, follower.home, follower.home.things.userId);
    await ask(server, follower.headers, UPDATE.replace('new', LAST_WORD), { id: own.Media });
    const said = await readEvents(
      server,
      follower.headers,
      `subscription ($id: ID!, $after: String) {
        dealershipMediaChanged(dealershipId: $id, after: $after) ${selectionOf(schema, field)}
      }`,
      { id: follower.home.things.Dealership, after: cursor },
      LAST_WORD,
    );
    if (said.includes(foreign.Media) || said.includes(stranger.home.mark)) {
      findings.push(
        `dealershipMediaChanged as ${follower.kind}: an event of ${stranger.home.slug}`,
      );
    }
    // One that cannot be told, since its vehicle cannot be seen, is one too many.
    if (said.includes('"errors":[{"message"')) {
      findings.push(`dealershipMediaChanged as ${follower.kind}: ${said.slice(0, 400)}`);
    }
  }
  return findings;
}

async function cursorOf({ server }: World, { headers, home }: Actor): Promise<string> {
  const { data } = await ask(
    server,
    headers,
    'query ($id: ID!) { vehicle(id: $id) { mediaCursor } }',
    {
      id: home.things.Vehicle,
    },
  );
  return (data as { vehicle: { mediaCursor: string } }).vehicle.mediaCursor;
}
