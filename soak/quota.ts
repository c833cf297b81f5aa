/**
 * The last room there is. In each round a new dealership is one ticket short of
 * a limit, by number or bytes of a vehicle or bytes of the dealership, and 200
 * requests for pictures, videos or both come at the same moment. One may be
 * granted; the others are told QUOTA_EXCEEDED and reserve nothing. When that one
 * is cancelled, one more may be granted.
 *
 *   npm run soak:quota [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres, with two servers, instead of the embedded database
 *   --minutes 20 for as many rounds as that takes, 1,000 at most
 */
import { v4 as uuid } from 'uuid';
import { USAGE_COLUMNS } from '../server/gallery/storage-usage.ts';
import { encodeId } from '../server/node-id.ts';
import { describeFile, ticketFor, uploadPhoto } from '../test/gallery.ts';
import { photo } from '../test/pictures.ts';
import { grouped, interleaved } from './interleaved.ts';
import { persist, startSoakServers, type Answer, type SoakDealership } from './soak-servers.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('quota');
const ROUNDS = run.short ? 9 : 1_000;
const AT_ONCE = run.short ? 40 : 200;
/** Rounds that go on together, each in a dealership of its own. */
const ROUNDS_AT_ONCE = 5;
/** Of so many rounds, the last gives its ticket back, for some to ask for again. */
const CANCEL_EVERY = 4;
const AT_ONCE_AGAIN = 20;

const picture = (await photo({ width: 64, height: 48, seed: run.seed })).bytes;
/** What is left beside pictures, in bytes. */
const REST = 500;
const MAX_MEDIA = 3;
const MAX_VEHICLE_BYTES = 2 * picture.length + REST;
const MAX_DEALERSHIP_BYTES = MAX_VEHICLE_BYTES + REST;

interface Usage {
  count: number;
  bytes: number;
}

/** A dealership with room for one more, and what may be asked for. */
interface Brink {
  /** Global ids. The requests are spread over them. */
  vehicleIds: string[];
  byteSize: number;
  /** Of the vehicle or of the dealership, whichever is about to be full. */
  usage(): Promise<Usage>;
  full: Partial<Usage>;
}

const LIMITS: Record<string, (shop: SoakDealership, fill: Fill) => Promise<Brink>> = {
  async 'media of the vehicle'(shop, fill) {
    const vehicleId = await addVehicle(shop);
    for (let count = 1; count < MAX_MEDIA; count += 1) await fill(shop, vehicleId);
    return {
      vehicleIds: [vehicleId.global],
      byteSize: 1 + run.random(REST),
      usage: () => usageOf('vehicle', vehicleId.uuid),
      full: { count: MAX_MEDIA },
    };
  },

  async 'bytes of the vehicle'(shop, fill) {
    const vehicleId = await addVehicle(shop);
    await fill(shop, vehicleId);
    return {
      vehicleIds: [vehicleId.global],
      byteSize: MAX_VEHICLE_BYTES - picture.length,
      usage: () => usageOf('vehicle', vehicleId.uuid),
      full: { bytes: MAX_VEHICLE_BYTES },
    };
  },

  async 'bytes of the dealership'(shop, fill) {
    const [full, ...others] = [
      await addVehicle(shop),
      await addVehicle(shop),
      await addVehicle(shop),
    ];
    await fill(shop, full);
    await fill(shop, full);
    return {
      vehicleIds: others.map(({ global }) => global),
      byteSize: MAX_DEALERSHIP_BYTES - 2 * picture.length,
      usage: () => usageOf('dealership', shop.uuid),
      full: { bytes: MAX_DEALERSHIP_BYTES },
    };
  },
};

interface Vehicle {
  uuid: string;
  global: string;
}

/** Takes room: with a ticket, or with a picture that is there. */
type Fill = (shop: SoakDealership, vehicle: Vehicle) => Promise<unknown>;
const fills: readonly Fill[] = [
  ({ client }, { global }) => ticketFor(client, describeFile(global, picture)),
  ({ client }, { global }) => uploadPhoto(client, global, picture),
];

const KINDS: readonly (readonly string[])[] = [
  ['image/jpeg'],
  ['video/mp4'],
  ['image/webp', 'video/mp4'],
];

const servers = await startSoakServers({
  MAX_MEDIA_PER_VEHICLE: String(MAX_MEDIA),
  MAX_BYTES_PER_VEHICLE: String(MAX_VEHICLE_BYTES),
  MAX_BYTES_PER_DEALERSHIP: String(MAX_DEALERSHIP_BYTES),
});
const { prisma } = servers.db;

async function addVehicle({ uuid: dealershipId }: SoakDealership): Promise<Vehicle> {
  const id = uuid();
  await prisma.vehicle.create({ data: { id, dealershipId, stockNumber: id } });
  return { uuid: id, global: encodeId('Vehicle', id) };
}

/** As the counters have it. */
async function usageOf(owner: 'vehicle' | 'dealership', id: string): Promise<Usage> {
  const query = { where: { id }, select: USAGE_COLUMNS };
  const row =
    owner === 'vehicle'
      ? await prisma.vehicle.findUniqueOrThrow(query)
      : await prisma.dealership.findUniqueOrThrow(query);
  const sum = (end: string) =>
    Object.entries(row)
      .filter(([name]) => name.endsWith(end))
      .reduce((total, [, value]) => total + Number(value), 0);
  return { count: sum('Count'), bytes: sum('Bytes') };
}

interface Rows {
  /** Open or done. */
  tickets: number;
  media: number;
}

async function rowsOf(dealershipId: string): Promise<Rows> {
  return {
    tickets: await prisma.upload.count({ where: { dealershipId, status: { not: 'CANCELLED' } } }),
    media: await prisma.media.count({ where: { dealershipId } }),
  };
}

const REQUEST = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id }
  userErrors { __typename code ... on QuotaExceededError { usage { limitBytes limitCount } } }
} }`;
const CANCEL =
  'mutation ($id: ID!) { cancelUpload(input: { uploadId: $id }) { upload { status } userErrors { code } } }';

interface Reply {
  upload: { id: string } | null;
  userErrors: { __typename: string; code: string }[];
}

const totals = {
  rounds: 0,
  requests: 0,
  granted: 0,
  /** Moments at which more than one was granted. */
  grantedTwice: 0,
  grantedNone: 0,
  quotaExceeded: 0,
  otherRefusals: 0,
  /** Moments after which rows or counters are not what one ticket makes of them. */
  wrongUsage: 0,
  cancelled: 0,
};
const roundsOf: Record<string, number> = {};

/** A dealership at its limit, and the kinds of files that it is asked for. */
interface Round {
  shop: SoakDealership;
  brink: Brink;
  types: readonly string[];
}

async function prepare(index: number): Promise<Round> {
  const names = Object.keys(LIMITS);
  const name = names[index % names.length] as string;
  const types = KINDS[Math.floor(index / names.length) % KINDS.length] as readonly string[];
  const fill = fills[run.random(fills.length)] as Fill;
  roundsOf[name] = (roundsOf[name] ?? 0) + 1;
  return persist(async () => {
    const shop = await servers.dealership();
    return { shop, brink: await (LIMITS[name] as (typeof LIMITS)[string])(shop, fill), types };
  });
}

function request(
  { shop, brink: { vehicleIds, byteSize }, types }: Round,
  turn: number,
): Promise<Answer> {
  const vehicleId = vehicleIds[turn % vehicleIds.length] as string;
  const contentType = types[turn % types.length] as string;
  const fileName = `${turn}.${contentType.split('/')[1]}`;
  const input = { ...describeFile(vehicleId, picture), fileName, contentType, byteSize };
  return shop.send(REQUEST, { input }, turn);
}

/** Asks for the last room of each many times; resolves to the tickets that were granted. */
async function rush(rounds: readonly Round[], times: number): Promise<(string | null)[]> {
  const befores = await Promise.all(rounds.map(({ shop }) => persist(() => rowsOf(shop.uuid))));
  const answers = await interleaved(
    times,
    rounds.map((round) => (turn) => request(round, turn)),
  );
  return Promise.all(
    rounds.map((round, index) => judge(round, befores[index] as Rows, answers[index] ?? [])),
  );
}

async function judge(
  { shop, brink: { usage, full } }: Round,
  before: Rows,
  answers: readonly Answer[],
): Promise<string | null> {
  const replies = answers.map(
    (answer) => (answer?.data as { requestUpload: Reply } | null | undefined)?.requestUpload,
  );
  const refused = replies.filter((reply) => (reply?.userErrors.length ?? 0) > 0);
  const exceeded = refused.filter(
    (reply) =>
      reply?.userErrors[0]?.__typename === 'QuotaExceededError' &&
      reply.userErrors[0].code === 'QUOTA_EXCEEDED',
  );
  const granted = replies.flatMap((reply) => reply?.upload?.id ?? []);

  const after = await persist(() => rowsOf(shop.uuid));
  const used = await persist(usage);
  const tickets = after.tickets - before.tickets;
  totals.requests += answers.length;
  totals.granted += tickets;
  totals.quotaExceeded += exceeded.length;
  totals.otherRefusals += refused.length - exceeded.length;
  if (tickets > 1 || granted.length > 1) totals.grantedTwice += 1;
  if (tickets < 1) totals.grantedNone += 1;
  const isRight =
    after.media - before.media === tickets &&
    used.count === (full.count ?? used.count) &&
    used.bytes === (full.bytes ?? used.bytes);
  if (!isRight) {
    totals.wrongUsage += 1;
    console.error('wrong usage', { before, after, used, full });
  }
  return granted[0] ?? null;
}

async function rounds(indexes: readonly number[]): Promise<void> {
  const group = await Promise.all(indexes.map(prepare));
  const granted = await rush(group, AT_ONCE);
  totals.rounds += group.length;
  const again: Round[] = [];
  for (const [place, index] of indexes.entries()) {
    const [round, id] = [group[place], granted[place]];
    if (!round || !id || index % CANCEL_EVERY !== CANCEL_EVERY - 1) continue;
    await round.shop.send(CANCEL, { id }, index);
    again.push(round);
  }
  totals.cancelled += again.length;
  await rush(again, AT_ONCE_AGAIN);
}

try {
  const started = performance.now();
  const indexes = Array.from({ length: ROUNDS }, (_, index) => index);
  for (const group of grouped(indexes, ROUNDS_AT_ONCE)) if (!run.isTimeUp()) await rounds(group);
  const { granted, cancelled, quotaExceeded, requests } = totals;
  const { grantedTwice, grantedNone, otherRefusals, wrongUsage } = totals;
  await run.report(
    {
      engine: servers.engine,
      servers: servers.ports.length,
      atOnce: AT_ONCE,
      planned: ROUNDS,
      ...totals,
      sentAgain: servers.sentAgain,
      of: roundsOf,
      seconds: Math.round((performance.now() - started) / 1_000),
    },
    totals.rounds > 0 &&
      granted === totals.rounds + cancelled &&
      // One whose reply was lost was granted, and asked again, refused.
      quotaExceeded >= requests - granted &&
      grantedTwice + grantedNone + otherRefusals + wrongUsage === 0,
  );
} finally {
  await servers.stop();
}
