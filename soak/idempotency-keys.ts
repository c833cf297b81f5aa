/**
 * Requests that are sent again. A thousand keys, each with a hundred requests
 * at the same moment, of every mutation that takes one; completions without a
 * key; replies that are cut at each of their bytes; clients that leave at some
 * moment and ask again. Each key must have one effect, and one reply.
 *
 *   npm run soak:idempotency-keys [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres, with two servers, instead of the embedded database
 *   --minutes 20 for as many keys as that takes, 1,000 at most
 */
import { isDeepStrictEqual } from 'node:util';
import { v4 as uuid } from 'uuid';
import { put, type Ticket } from '../test/gallery.ts';
import { photo } from '../test/pictures.ts';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { answerOf, postOnce } from './graphql-post.ts';
import { grouped, interleaved } from './interleaved.ts';
import type { KeyedMutation, Rows } from './keyed-mutation.ts';
import { countRows, KEYED_MUTATIONS } from './keyed-mutations.ts';
import { createLastingReply } from './lasting-reply.ts';
import {
  isBusy,
  persist,
  startSoakServers,
  type Answer,
  type SoakDealership,
} from './soak-servers.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('idempotency-keys');
const mutations = Object.entries(KEYED_MUTATIONS);
const KEYS = run.short ? mutations.length : 1_000;
const AT_ONCE = run.short ? 20 : 100;
const BYTES_BETWEEN_CUTS = run.short ? 16 : 1;
/** Keys whose requests are under way together. */
const KEYS_AT_ONCE = 8;
/** Cuts, or clients that leave, under way together. */
const LANES = 4;
const LEAVINGS = run.short ? 6 : 300;
/** The longest that a client waits before it leaves. */
const PATIENCE_MS = 20;
const CUT = ['upsertVehicle', 'requestUpload', 'completeUpload'] as const;

const picture = (await photo({ width: 64, height: 48, seed: run.seed })).bytes;
const servers = await startSoakServers();
const lasting = createLastingReply(servers.config.appSecret);

/** How the effects and replies of many keys turned out. */
class Tally {
  requests = 0;
  effects = 0;
  doubled = 0;
  lost = 0;
  differing = 0;
  refused = 0;

  replies(answers: readonly Answer[]): void {
    this.requests += answers.length;
    const [first, ...others] = answers.map(lasting);
    const different = others.filter((other) => other !== first);
    const refusals = answers.filter((answer) => !isGranted(answer));
    this.differing += different.length;
    this.refused += refusals.length;
    if (different.length > 0) console.error('differing', first, different[0]);
    if (refusals.length > 0) console.error('refused', JSON.stringify(refusals[0]));
  }

  effect(what: string, before: Rows, after: Rows, expected: Partial<Rows>): void {
    const names = Object.keys(before) as (keyof Rows)[];
    const happened = names.map((name) => after[name] - before[name]);
    const wanted = names.map((name) => expected[name] ?? 0);
    if (isDeepStrictEqual(happened, wanted)) {
      this.effects += 1;
      return;
    }
    const isMore = happened.some((count, index) => Math.abs(count) > Math.abs(wanted[index] ?? 0));
    if (isMore) this.doubled += 1;
    else this.lost += 1;
    console.error(isMore ? 'doubled' : 'lost', what, names.join(), { happened, wanted });
  }

  get isClean(): boolean {
    return this.doubled + this.lost + this.differing + this.refused === 0;
  }
}

function isGranted(answer: Answer): boolean {
  return (
    answer?.data != null && !answer.errors && !/"userErrors":\[\{/.test(JSON.stringify(answer))
  );
}

/** What a request is about, and how many rows there are before it. */
async function prepare(mutation: KeyedMutation): Promise<{
  shop: SoakDealership;
  input: Record<string, unknown>;
  before: Rows;
}> {
  return persist(async () => {
    const shop = await servers.dealership();
    const input = await mutation.prepare({ db: servers.db, shop, picture });
    const before = await rowsOf(shop);
    return { shop, input: { ...input, idempotencyKey: uuid() }, before };
  });
}

const rowsOf = (shop: SoakDealership) => persist(() => countRows(servers.db, shop.uuid));

/** So many times, a few at once. */
async function repeat(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const worker = async () => {
    for (const index of indexes) await work(index);
  };
  await Promise.all(Array.from({ length: LANES }, worker));
}

const keys = new Tally();
const completions = new Tally();
const keysOf: Record<string, number> = {};

async function askAtOnce(group: readonly (typeof mutations)[number][]): Promise<void> {
  const asked = await Promise.all(
    group.map(async ([name, mutation]) => ({ name, mutation, ...(await prepare(mutation)) })),
  );
  const answers = await interleaved(
    AT_ONCE,
    asked.map(
      ({ shop, mutation: { document }, input }) =>
        (turn) =>
          shop.send(document, { input }, turn),
    ),
  );
  for (const [index, { name, mutation, shop, before }] of asked.entries()) {
    const replies = answers[index] ?? [];
    keys.replies(replies);
    keysOf[name] = (keysOf[name] ?? 0) + 1;
    const after = await rowsOf(shop);
    keys.effect(name, before, after, { ...mutation.effect, keys: 1 });
    if (name === 'requestUpload') await completeAtOnce(shop, replies[0], after);
  }
}

async function completeAtOnce(
  shop: SoakDealership,
  answer: Answer | undefined,
  before: Rows,
): Promise<void> {
  const data = answer?.data as { requestUpload: { upload: Ticket | null } } | null | undefined;
  const upload = data?.requestUpload.upload;
  if (!upload) return;
  await put(upload.target, picture);
  const { document, effect } = KEYED_MUTATIONS['completeUpload'] as KeyedMutation;
  const input = { uploadId: upload.id };
  const [replies = []] = await interleaved(AT_ONCE, [
    (turn) => shop.send(document, { input }, turn),
  ]);
  completions.replies(replies);
  completions.effect('completion', before, await rowsOf(shop), effect);
}

const cuts = new Tally();
const cutsOf: Record<string, number> = {};
let mistakenForWhole = 0;

/** Cuts the reply of one mutation after 0, 1, 2, … bytes, each time of a new key. */
async function cutEverywhere(name: (typeof CUT)[number]): Promise<void> {
  const mutation = KEYED_MUTATIONS[name] as KeyedMutation;
  let next = 0;
  let length = Infinity;
  const lane = async () => {
    const proxy = await cuttingProxy(servers.ports[0] as number);
    while (next <= length) {
      const bytes = next;
      next += BYTES_BETWEEN_CUTS;
      length = await cut(proxy, mutation, bytes);
      cutsOf[name] = (cutsOf[name] ?? 0) + 1;
    }
    await proxy.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Resolves to the length of the reply, in bytes. */
async function cut(proxy: CuttingProxy, mutation: KeyedMutation, bytes: number): Promise<number> {
  const { shop, input, before } = await prepare(mutation);
  const message = { token: shop.token, query: mutation.document, variables: { input } };
  const whole = proxy.cutAfter(bytes);
  const arrived = await postOnce({ ...message, port: proxy.port }).answer;
  const reply = await whole;
  const answer = answerOf(reply);
  if (isBusy(answer)) return cut(proxy, mutation, bytes);
  if (arrived !== null && bytes < reply.length) mistakenForWhole += 1;
  cuts.replies([answer, await shop.send(mutation.document, { input }, 1)]);
  cuts.effect('cut', before, await rowsOf(shop), { ...mutation.effect, keys: 1 });
  return reply.length;
}

const leavings = new Tally();
let leftBeforeReply = 0;

/** Goes away while the server is at work, and asks again at once. */
async function leave(index: number): Promise<void> {
  const name = CUT[index % CUT.length] as string;
  const mutation = KEYED_MUTATIONS[name] as KeyedMutation;
  const { shop, input, before } = await prepare(mutation);
  const first = postOnce({
    port: servers.ports[0] as number,
    token: shop.token,
    query: mutation.document,
    variables: { input },
  });
  await new Promise((resolve) => setTimeout(resolve, run.random(PATIENCE_MS)));
  first.leave();
  if ((await first.answer) === null) leftBeforeReply += 1;
  const answers = await Promise.all(
    [0, 1].map((turn) => shop.send(mutation.document, { input }, turn)),
  );
  leavings.replies(answers);
  const after = await rowsOf(shop);
  leavings.effect(name, before, after, { ...mutation.effect, keys: 1 });
}

try {
  const started = performance.now();
  await Promise.all(CUT.map(cutEverywhere));
  await repeat(LEAVINGS, leave);
  const inTurn = Array.from({ length: KEYS }, (_, index) => index % mutations.length);
  for (const group of grouped(inTurn, KEYS_AT_ONCE)) {
    if (run.isTimeUp()) break;
    await askAtOnce(group.map((index) => mutations[index] as (typeof mutations)[number]));
  }
  await run.report(
    {
      engine: servers.engine,
      servers: servers.ports.length,
      keys: {
        planned: KEYS,
        count: keys.effects + keys.doubled + keys.lost,
        atOnce: AT_ONCE,
        ...keys,
        of: keysOf,
      },
      completionsWithoutKey: { atOnce: AT_ONCE, ...completions },
      cuts: { bytesBetween: BYTES_BETWEEN_CUTS, ...cuts, mistakenForWhole, of: cutsOf },
      clientsThatLeft: { count: LEAVINGS, beforeTheReply: leftBeforeReply, ...leavings },
      sentAgain: servers.sentAgain,
      seconds: Math.round((performance.now() - started) / 1_000),
    },
    [keys, completions, cuts, leavings].every(({ isClean }) => isClean) &&
      keys.effects > 0 &&
      mistakenForWhole === 0,
  );
} finally {
  await servers.stop();
}
