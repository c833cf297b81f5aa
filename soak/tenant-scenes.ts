/** What no single request reaches: streams that are asked again, requests at once, the worker and housekeeping. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { purgeMedia } from '../server/objects/purge-media.ts';
import { createMediaQueue } from '../server/processing/queue.ts';
import { startMediaWorker } from '../server/processing/worker.ts';
import { decodeId } from '../server/node-id.ts';
import { BYTES } from '../test/authorization/expectations.ts';
import { readEvents } from '../test/authorization/follow.ts';
import { runReplay } from '../test/authorization/replay.ts';
import {
  ask,
  fingerprint,
  plant,
  sendBytes,
  type Actor,
  type World,
} from '../test/authorization/world.ts';

/** How long a stream takes the right to follow for granted, and a little more. */
const ASKED_AGAIN_MS = 1_100;
const LAST_WORD = 'MediaRemoved';
const AT_ONCE = 6;

/** Each resolves to what somebody saw or did that they may not. */
export const SCENES = {
  'streams that catch up': runReplay,
  'streams that go on': runLasting,
  'completions at once': runAtOnce,
  'documents by their hash': runDocuments,
  'reads at once': runReads,
  'work and housekeeping': runWork,
} as const satisfies Record<string, (world: World) => Promise<string[]>>;

function actorOf({ actors }: World, kind: Actor['kind']): Actor {
  const actor = actors.find((one) => one.kind === kind);
  if (!actor) throw new Error(`Nobody is ${kind}`);
  return actor;
}

/** Whoever follows a vehicle is asked for again before it is told that the vehicle is deleted. */
async function runLasting(world: World): Promise<string[]> {
  const { server } = world;
  const owner = actorOf(world, 'owner');
  const kinds = ['anonymous', 'embed key', 'API key', 'owner'] as const;
  const findings: string[] = [];
  await Promise.all(
    kinds.map(async (kind) => {
      const { Vehicle } = await plant(server.app.db, owner.home, owner.home.things.userId);
      const { headers } = actorOf(world, kind);
      const { data } = await ask(
        server,
        headers,
        'query ($id: ID!) { vehicle(id: $id) { mediaCursor } }',
        { id: Vehicle },
      );
      const cursor = (data as { vehicle: { mediaCursor: string } }).vehicle.mediaCursor;
      const told = readEvents(
        server,
        headers,
        `subscription ($id: ID!, $after: String) {
          vehicleMediaChanged(vehicleId: $id, after: $after) { __typename vehicleId }
        }`,
        { id: Vehicle, after: cursor },
        LAST_WORD,
      );
      await sleep(ASKED_AGAIN_MS);
      await ask(
        server,
        owner.headers,
        'mutation ($id: ID!) { deleteVehicle(input: { id: $id }) { deletedId } }',
        { id: Vehicle },
      );
      const said = await told;
      if (!said.includes(LAST_WORD)) findings.push(`a stream as ${kind} ended early: ${said}`);
    }),
  );
  return findings;
}

/** What a dealership registered is known by its hash there, and nowhere else. */
async function runDocuments(world: World): Promise<string[]> {
  const { server } = world;
  const owner = actorOf(world, 'owner');
  const elsewhere = actorOf(world, 'owner elsewhere');
  const text = `query Q${randomUUID().replaceAll('-', '')} { viewer { __typename } }`;
  const hash = createHash('sha256').update(text).digest('hex');
  await ask(
    server,
    owner.headers,
    'mutation ($documents: [String!]!) { registerDocuments(input: { documents: $documents }) { documentIds } }',
    { documents: [text] },
  );
  const byHash = async ({ headers }: Actor): Promise<string> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ documentId: `sha256:${hash}` }),
    });
    return response.text();
  };
  const own = await byHash(owner);
  const foreign = await byHash(elsewhere);
  const UNREGISTER =
    'mutation ($ids: [String!]!) { unregisterDocuments(input: { documentIds: $ids }) { documentIds } }';
  const ids = [`sha256:${hash}`];
  await ask(server, elsewhere.headers, UNREGISTER, { ids });
  const kept = await byHash(owner);
  await ask(server, owner.headers, UNREGISTER, { ids });
  return [
    ...(own.includes('"viewer"') ? [] : [`a document is not known where it is registered: ${own}`]),
    ...(kept.includes('"viewer"') ? [] : ['a document was unregistered from elsewhere']),
    ...(foreign.includes('"viewer"') ? ['a document is known to another dealership'] : []),
  ];
}

/** Of several that complete one upload all but one come too late. */
async function runAtOnce(world: World): Promise<string[]> {
  const { server } = world;
  const { home, headers } = actorOf(world, 'owner');
  const findings: string[] = [];
  for (let round = 0; round < 3; round++) {
    const { Upload } = await plant(server.app.db, home, home.things.userId);
    await sendBytes(world, home, Upload);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () =>
        ask(
          server,
          headers,
          `mutation ($id: ID!) {
            completeUpload(input: { uploadId: $id }) { upload { id status } userErrors { code } }
          }`,
          { id: Upload },
        ),
      ),
    );
    const said = new Set(answers.map(({ data, errors }) => JSON.stringify({ data, errors })));
    const [only = ''] = said;
    if (said.size !== 1 || !only.includes('COMPLETED')) findings.push(`several: ${[...said]}`);
  }
  return findings;
}

/** What is asked in one moment goes to the database together, as whoever asks. */
async function runReads(world: World): Promise<string[]> {
  const owners = [actorOf(world, 'owner'), actorOf(world, 'owner elsewhere')];
  const read = async ({ headers, home, elsewhere }: Actor): Promise<string[]> => {
    const { data } = await ask(
      world.server,
      headers,
      'query ($own: ID!, $foreign: ID!) { own: vehicle(id: $own) { id } foreign: vehicle(id: $foreign) { id } }',
      { own: home.things.Vehicle, foreign: elsewhere.things.Vehicle },
    );
    const expected = JSON.stringify({ own: { id: home.things.Vehicle }, foreign: null });
    return JSON.stringify(data) === expected
      ? []
      : [`read at once: ${JSON.stringify(data)} instead of ${expected}`];
  };
  const found = await Promise.all(
    Array.from({ length: 10 * AT_ONCE }, (_, index) => read(owners[index % 2] as Actor)),
  );
  return found.flat();
}

/** Jobs that only keep an original, one of which cannot, and media that are past their time. */
async function runWork(world: World): Promise<string[]> {
  const { db, storage } = world.server.app;
  const { home } = actorOf(world, 'owner');
  // What requests have left would take long.
  await db.prisma.mediaJob.deleteMany();
  const others = world.dealerships.filter(({ uuid }) => uuid !== home.uuid);
  const sum = async () => Promise.all(others.map(({ uuid }) => fingerprint(db, uuid)));
  const before = await sum();
  const dealershipId = home.uuid;
  const things = await plant(db, home, home.things.userId);
  const mediaId = decodeId(things.Media)?.uuid ?? '';
  const sourceKey = `incoming/${dealershipId}/${randomUUID()}`;
  await storage.write(sourceKey, BYTES, { contentType: 'image/jpeg' });
  const sha256 = createHash('sha256').update(BYTES).digest('hex');
  const job = {
    dealershipId,
    mediaId,
    rendered: true,
    sourceKey,
    sha256,
    fileName: 'photo.jpg',
    contentType: 'image/jpeg',
    byteSize: BYTES.length,
  };
  const [kept, lost] = [randomUUID(), randomUUID()];
  await db.prisma.mediaJob.createMany({
    data: [
      { ...job, id: kept, version: 0 },
      { ...job, id: lost, version: 1, sha256: 'a'.repeat(64) },
    ],
  });
  const never = { process: () => Promise.reject(new Error('Nothing is to be rendered')) };
  const worker = await startMediaWorker({
    db,
    storage,
    queue: createMediaQueue(db),
    processor: never as never,
    videoProcessor: never as never,
    concurrency: 1,
    log: pino({ level: 'silent' }),
  });
  const findings: string[] = [];
  try {
    const isDone = async () => {
      const [left, ...more] = await db.prisma.mediaJob.findMany({
        where: { id: { in: [kept, lost] } },
      });
      return more.length === 0 && left?.id === lost && left.attempts > 0 && !left.leaseExpiresAt;
    };
    for (let tries = 0; !(await isDone()); tries++) {
      if (tries > 200) throw new Error('The worker does not come to an end');
      await sleep(25);
    }
  } finally {
    await worker.close();
  }
  await db.prisma.mediaJob.deleteMany();
  const deletedId = decodeId(things['deleted media'])?.uuid ?? '';
  await db.prisma.media.updateMany({
    where: { dealershipId, id: deletedId },
    data: { deletedAt: new Date(0) },
  });
  if ((await purgeMedia(db)) !== 1) findings.push('more or less was purged than one media');
  const after = await sum();
  if (after.join() !== before.join())
    findings.push('work for one dealership changed rows of another');
  return findings;
}
