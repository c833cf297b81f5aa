/**
 * 1,000 streams of 20 dealerships on two servers of one Postgres, over WebSocket
 * and server-sent events: of a whole dealership or of one of its vehicles. Bursts
 * of events of all dealerships mix until a million were delivered, while a tenth
 * of the readers stops reading for a while, in turn. Each reader looks at every
 * event: none is another dealership's, and all of its own come once, in order.
 * Each dealership also asks for the streams of the next one, and is refused.
 *
 *   DATABASE_URL=… npm run soak:tenant-streams [-- --short --seed 1 --out result.json --one-place]
 *   --one-place has the server hand the events of all dealerships to whoever follows one: it must fail
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { createSessionTokens } from '../server/accounts/session-tokens.ts';
import { createSessions } from '../server/accounts/sessions.ts';
import { connectDatabase } from '../server/db/database.ts';
import { appendEvent } from '../server/events/outbox.ts';
import { mediaChange, openGallery } from '../server/gallery/change-gallery.ts';
import { createLog } from '../server/log.ts';
import { encodeId } from '../server/node-id.ts';
import { GraphQLClient } from '../test/graphql-client.ts';
import { CountedEvents } from './counted-events.ts';
import { follow, type Follower } from './follower.ts';
import { openDealership, type OwnedDealership } from './owned-dealership.ts';
import { startProcess } from './process.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('tenant-streams', ['one-place']);
const DEALERSHIPS = run.short ? 5 : 20;
/** Of a dealership: those of all of it, and those of each of its vehicles. */
const STREAMS = run.short ? { dealership: 4, vehicle: 4 } : { dealership: 20, vehicle: 15 };
const VEHICLES = 2;
const DELIVERIES = run.short ? 6_000 : 1_000_000;
const BURST = { least: 5, most: 60 };
const BURSTS_AT_ONCE = 4;
/** Deliveries that readers may be behind before more is written. */
const MAX_BEHIND = run.short ? 500 : 10_000;
const STALLED_SHARE = 10;
const STALLS = run.short ? 3 : 20;
const PATIENCE_MS = 180_000;
const SECRET = 'the soak derives its own sessions from this';

if (!process.env.DATABASE_URL) throw new Error('It needs DATABASE_URL: servers share a Postgres.');

/** Under one name whatever it is of. */
async function onePlace(): Promise<Record<string, string>> {
  const url = new URL('../server/events/place.ts', import.meta.url);
  const source = await readFile(url, 'utf8');
  const changes = ['`dealership:${scope.dealershipId}`', '`dealership:${dealershipId}`'].map(
    (of) => {
      const start = source.indexOf(of);
      if (start < 0) throw new Error(`server/events/place.ts does not say ${of}.`);
      return { url: url.href, start, end: start + of.length, text: "'dealership'" };
    },
  );
  return {
    CHANGED_CHECKS: JSON.stringify(changes),
    NODE_OPTIONS: '--import ./soak/remove-check.mjs',
  };
}

interface Vehicle {
  uuid: string;
  id: string;
  dealership: number;
  events: number;
}

interface Reader {
  follower: Follower;
  scope: 'dealership' | 'vehicle';
  follows: { vehicle: Vehicle; told: CountedEvents }[];
  stalled: boolean;
}

const env = {
  APP_SECRET: SECRET,
  LOG_LEVEL: 'error',
  MEDIA_CONCURRENCY: '0',
  HOUSEKEEPING_SECONDS: '3600',
  ...(run.has('one-place') && (await onePlace())),
};
const first = await startProcess(env);
const servers = [first, await startProcess(env, first)];
const db = await connectDatabase(first.database, createLog('error'));
const sessions = createSessions(
  db,
  createSessionTokens(new TextEncoder().encode(SECRET), []),
  86_400,
);

const dealerships: OwnedDealership[] = [];
const vehicles: Vehicle[] = [];
while (dealerships.length < DEALERSHIPS) {
  const dealership = await openDealership(db, sessions);
  for (let index = 0; index < VEHICLES; index += 1) {
    const vehicle = {
      uuid: uuid(),
      id: '',
      dealership: dealerships.length,
      events: 0,
    };
    await db.prisma.vehicle.create({
      data: { id: vehicle.uuid, dealershipId: dealership.uuid, status: 'PUBLISHED' },
    });
    vehicles.push({ ...vehicle, id: encodeId('Vehicle', vehicle.uuid) });
  }
  dealerships.push(dealership);
}
const picture = await db.prisma.media.findFirstOrThrow({
  where: { status: 'READY', kind: 'IMAGE' },
  orderBy: { id: 'asc' },
  include: { renditions: true },
});
const { vehicles: shown } = await new GraphQLClient(first.url).expect<{
  vehicles: { nodes: { mediaCursor: string }[] };
}>('{ vehicles(first: 1) { nodes { mediaCursor } } }');
const cursor = shown.nodes[0]?.mediaCursor ?? '';

let foreign = 0;
let resets = 0;
let delivered = 0;
let opened = 0;

function open(dealership: number, scope: Reader['scope'], of: readonly Vehicle[]): Reader {
  const follows = of.map((vehicle) => ({ vehicle, told: new CountedEvents() }));
  const { uuid: dealershipId, token } = dealerships[dealership] as OwnedDealership;
  const server = servers[opened % servers.length] as (typeof servers)[number];
  opened += 1;
  const follower = follow({
    url: () => server.url,
    transport: opened % 4 < 2 ? 'sse' : 'ws',
    scope,
    id: scope === 'dealership' ? encodeId('Dealership', dealershipId) : (of[0] as Vehicle).id,
    token,
    after: cursor,
    take({ __typename, vehicleId, media }) {
      if (__typename === 'MediaStreamReset') resets += 1;
      const [, owner, event] = /^dealership (\d+), event (\d+)$/.exec(media?.alt ?? '') ?? [];
      if (event === undefined) return;
      delivered += 1;
      const own = follows.find(({ vehicle }) => vehicle.id === vehicleId);
      if (!own || Number(owner) !== dealership) foreign += 1;
      else own.told.take(Number(event));
    },
  });
  return { follower, scope, follows, stalled: false };
}

/** Many events of one vehicle in one transaction. */
async function burst(vehicle: Vehicle): Promise<void> {
  const { uuid: dealershipId } = dealerships[vehicle.dealership] as OwnedDealership;
  const count = BURST.least + run.random(BURST.most - BURST.least + 1);
  await db.prisma.$transaction(async (tx) => {
    const gallery = await openGallery(tx, { dealershipId, vehicleId: vehicle.uuid });
    if (!gallery) throw new Error('A vehicle is gone.');
    for (let event = vehicle.events; event < vehicle.events + count; event += 1) {
      const media = {
        ...picture,
        dealershipId,
        vehicleId: vehicle.uuid,
        alt: `dealership ${vehicle.dealership}, event ${event}`,
      };
      await appendEvent(tx, {
        dealershipId,
        vehicleId: vehicle.uuid,
        mediaId: picture.id,
        mediaVersion: gallery.version,
        forPublic: true,
        change: mediaChange('MEDIA_UPDATED', media),
      });
    }
  });
  vehicle.events += count;
}

const sum = (readers: readonly Reader[], of: (follow: Reader['follows'][number]) => number) =>
  readers.reduce((all, { follows }) => all + follows.reduce((own, it) => own + of(it), 0), 0);
const behind = (readers: readonly Reader[]) =>
  sum(readers, ({ vehicle, told }) => vehicle.events - told.next);

/** False when it does not come to hold. */
async function until(holds: () => boolean): Promise<boolean> {
  const patience = performance.now() + PATIENCE_MS;
  while (performance.now() < patience) {
    if (holds()) return true;
    await sleep(20);
  }
  return false;
}

try {
  const startedAt = performance.now();
  const readers: Reader[] = [];
  for (const [index] of dealerships.entries()) {
    const own = vehicles.filter(({ dealership }) => dealership === index);
    for (let stream = 0; stream < STREAMS.dealership; stream += 1) {
      readers.push(open(index, 'dealership', own));
    }
    for (const vehicle of own) {
      for (let stream = 0; stream < STREAMS.vehicle; stream += 1) {
        readers.push(open(index, 'vehicle', [vehicle]));
      }
    }
  }
  const trespassers = dealerships.flatMap(({ token }, index) => {
    const next = (index + 1) % dealerships.length;
    const vehicle = vehicles.find(({ dealership }) => dealership === next) as Vehicle;
    const { uuid: dealershipId } = dealerships[next] as OwnedDealership;
    const foreignIds = [
      ['vehicle', vehicle.id],
      ['dealership', encodeId('Dealership', dealershipId)],
    ] as const;
    return foreignIds.map(([scope, id], nth) =>
      follow({
        url: () => first.url,
        transport: (index + nth) % 2 ? 'sse' : 'ws',
        scope,
        id,
        token,
        after: cursor,
        take: () => (foreign += 1),
      }),
    );
  });

  // Beside these every burst finds its readers there.
  for (const vehicle of vehicles) await burst(vehicle);
  await until(() => behind(readers) === 0);

  const toldAtStart = delivered;
  const burstsAt = performance.now();
  let stalls = 0;
  while (delivered < DELIVERIES && !run.isTimeUp()) {
    if (delivered >= (stalls * DELIVERIES) / STALLS) {
      for (const reader of readers.filter(({ stalled }) => stalled)) {
        reader.stalled = false;
        reader.follower.resume();
      }
      for (const reader of readers.filter(
        (_, index) => index % STALLED_SHARE === stalls % STALLED_SHARE,
      )) {
        reader.stalled = true;
        reader.follower.stall();
      }
      stalls += 1;
    }
    const chosen = new Set<Vehicle>();
    while (chosen.size < BURSTS_AT_ONCE) {
      chosen.add(vehicles[run.random(vehicles.length)] as Vehicle);
    }
    await Promise.all([...chosen].map(burst));
    const reading = readers.filter(({ stalled }) => !stalled);
    if (!(await until(() => behind(reading) < MAX_BEHIND))) break;
  }
  const seconds = (performance.now() - burstsAt) / 1_000;
  const perSecond = Math.round((delivered - toldAtStart) / seconds);
  for (const { follower } of readers) follower.resume();
  await until(() => behind(readers) === 0);
  // What comes twice comes by now.
  await sleep(1_500);
  const alive = await Promise.all(
    servers.map(
      async ({ url }) => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200,
    ),
  );
  for (const { follower } of readers) follower.close();
  for (const follower of trespassers) follower.close();

  const lines = [
    { line: 'foreign events', is: foreign, allowed: 0 },
    {
      line: 'missed',
      is: sum(readers, ({ vehicle, told }) => told.missedOf(vehicle.events)),
      allowed: 0,
    },
    { line: 'doubled or out of order', is: sum(readers, ({ told }) => told.doubled), allowed: 0 },
    { line: 'resets', is: resets, allowed: 0 },
    {
      line: 'own streams refused',
      is: readers.filter(({ follower }) => follower.refusal !== null).length,
      allowed: 0,
    },
    {
      line: 'foreign streams not refused',
      is: trespassers.filter(({ refusal }) => refusal === null).length,
      allowed: 0,
    },
    { line: 'servers that ended', is: alive.filter((is) => !is).length, allowed: 0 },
    { line: 'deliveries not made', is: Math.max(0, DELIVERIES - delivered), allowed: 0 },
  ].map((line) => ({ ...line, ok: line.is <= line.allowed }));
  console.table(lines);
  await run.report(
    {
      engine: 'postgres',
      places: run.has('one-place') ? 'one' : 'each its own',
      dealerships: DEALERSHIPS,
      streams: readers.length,
      events: vehicles.reduce((all, { events }) => all + events, 0),
      deliveries: delivered,
      deliveriesPerSecond: perSecond,
      stalls,
      foreignStreamsAsked: trespassers.length,
      seconds: Math.round((performance.now() - startedAt) / 1_000),
      lines,
    },
    lines.every(({ ok }) => ok),
  );
} finally {
  await db.close();
  for (const server of servers.toReversed()) await server.stop();
}
