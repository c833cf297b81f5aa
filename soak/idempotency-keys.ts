/**
 * Requests that are sent again. A thousand keys, each with a hundred requests
 * at the same moment, of every mutation that takes one; completions without a
 * key; replies that are cut at each of their bytes; clients that leave at some
 * moment and ask again. Each key must have one effect, and one reply.
 *
 *   npm run soak:idempotency-keys [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres, with two servers, instead of the embedded database
 */
import { isDeepStrictEqual } from 'node:util';
import { v4 as uuid } from 'uuid';
import { put, type Ticket } from '../test/gallery.ts';
import { photo } from '../test/pictures.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { answerOf, postOnce } from './graphql-post.ts';
import { countRows, KEYED_MUTATIONS, type KeyedMutation, type Rows } from './keyed-mutations.ts';
import { createLastingReply } from './lasting-reply.ts';
import { persist, startSoakServers, type Answer, type SoakDealership } from './soak-servers.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('idempotency-keys');
const mutations = Object.entries(KEYED_MUTATIONS);
const KEYS = run.short ? mutations.length : 1_000;
const AT_ONCE = run.short ? 20 : 100;
const BYTES_BETWEEN_CUTS = run.short ? 16 : 1;
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

const atOnce = (shop: SoakDealership, document: string, input: object): Promise<Answer[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, turn) => shop.send(document, { input }, turn)));

/** `count` times, a few at once where the database has more than one connection. */
async function repeat(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const indexes = Array.from({ length: count }, (_, index) => index).values();
  const worker = async () => {
    for (const index of indexes) await work(index);
  };
  await Promise.all(Array.from({ length: servers.ports.length }, worker));
}

const keys = new Tally();
const completions = new Tally();
const keysOf: Record<string, number> = {};

async function askAtOnce(index: number): Promise<void> {
  const [name, mutation] = mutations[index % mutations.length] as (typeof mutations)[number];
  const { shop, input, before } = await prepare(mutation);
  const answers = await atOnce(shop, mutation.document, input);
  keysOf[name] = (keysOf[name] ?? 0) + 1;
  keys.replies(answers);
  const after = await rowsOf(shop);
  keys.effect(name, before, after, { ...mutation.effect, keys: 1 });
  if (name === 'requestUpload') await completeAtOnce(shop, answers[0], after);
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
  completions.replies(await atOnce(shop, document, { uploadId: upload.id }));
  completions.effect('completion', before, await rowsOf(shop), effect);
}

const cuts = new Tally();
const cutsOf: Record<string, number> = {};
let mistakenForWhole = 0;

/** Cuts the reply of one mutation after 0, 1, 2, … bytes, each time of a new key. */
async function cutEverywhere(name: (typeof CUT)[number]): Promise<void> {
  const mutation = KEYED_MUTATIONS[name] as KeyedMutation;
  const proxy = await cuttingProxy(servers.ports[0] as number);
  let length = Infinity;
  for (let bytes = 0; bytes <= length; bytes += BYTES_BETWEEN_CUTS) {
    const { shop, input, before } = await prepare(mutation);
    const message = { token: shop.token, query: mutation.document, variables: { input } };
    const whole = proxy.cutAfter(bytes);
    const arrived = await postOnce({ ...message, port: proxy.port }).answer;
    const reply = await whole;
    length = reply.length;
    if (arrived !== null && bytes < length) mistakenForWhole += 1;
    const again = await shop.send(mutation.document, { input }, 1);
    cuts.replies([answerOf(reply), again]);
    const after = await rowsOf(shop);
    cuts.effect(name, before, after, { ...mutation.effect, keys: 1 });
    cutsOf[name] = (cutsOf[name] ?? 0) + 1;
  }
  await proxy.close();
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
  await repeat(KEYS, askAtOnce);
  await Promise.all(CUT.map(cutEverywhere));
  await repeat(LEAVINGS, leave);
  await run.report(
    {
      engine: servers.engine,
      servers: servers.ports.length,
      keys: { count: KEYS, atOnce: AT_ONCE, ...keys, of: keysOf },
      completionsWithoutKey: { atOnce: AT_ONCE, ...completions },
      cuts: { bytesBetween: BYTES_BETWEEN_CUTS, ...cuts, mistakenForWhole, of: cutsOf },
      clientsThatLeft: { count: LEAVINGS, beforeTheReply: leftBeforeReply, ...leavings },
      sentAgain: servers.sentAgain,
      seconds: Math.round((performance.now() - started) / 1_000),
    },
    [keys, completions, cuts, leavings].every(({ isClean }) => isClean) &&
      keys.effects === KEYS &&
      mistakenForWhole === 0,
  );
} finally {
  await servers.stop();
}
