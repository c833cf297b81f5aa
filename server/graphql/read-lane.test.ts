import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { addVehicle } from '../../test/gallery.ts';
import {
  PUBLIC_DEALERSHIP,
  startServer,
  type TestDealership,
  type TestServer,
} from '../../test/server.ts';
import type { Database } from '../db/database.ts';

let server: TestServer;
let north: TestDealership;
let vehicleId: string;

beforeAll(async () => {
  server = await startServer();
  north = await server.dealership(PUBLIC_DEALERSHIP);
  vehicleId = await addVehicle(north.staff, { model: 'Strada' });
});
afterAll(() => server.stop());

interface Said {
  data?: { vehicle?: { model: string } | null } | null;
  errors?: { message: string; extensions: { code: string } }[];
  extensions?: { cost?: { requested: number } };
}

async function post(
  { url }: { url: string },
  body: object | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; said: Said }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, said: (await response.json()) as Said };
}

const QUERY = 'query ($id: ID!) { vehicle(id: $id) { model } }';

async function embedKey(dealer: TestDealership, origins: readonly string[]): Promise<string> {
  const { createEmbedKey } = await dealer.staff.expect<{
    createEmbedKey: { embedKey: { key: string } };
  }>(
    `mutation ($origins: [String!]) {
      createEmbedKey(input: { name: "Website", origins: $origins }) { embedKey { key } }
    }`,
    { origins },
  );
  return createEmbedKey.embedKey.key;
}

describe('an answer that is kept for the visitors of one dealership', () => {
  it('is not had by whoever names that dealership in front of the same words', async () => {
    const closed = await startServer({ env: { DEFAULT_DEALERSHIP: '' } });
    onTestFinished(() => closed.stop());
    const dealer = await closed.dealership('south');
    const id = await addVehicle(dealer.staff, { model: 'Hidden' });
    const origin = 'https://shop.example';
    const key = await embedKey(dealer, [origin]);
    const body = JSON.stringify({ query: QUERY, variables: { id } });
    for (let times = 0; times < 3; times++) {
      const { said } = await post(closed, body, { 'x-embed-key': key, origin });
      expect(said.data?.vehicle?.model).toBe('Hidden');
    }
    for (let writes = 0; writes < 8; writes++)
      for (const text of [
        `${dealer.uuid} ${writes} ${body}`,
        `POST ${dealer.uuid} ${writes} ${body}`,
      ]) {
        const response = await fetch(`${closed.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: text,
        });
        expect(await response.text()).not.toContain('Hidden');
      }
    expect((await post(closed, body)).said.data?.vehicle).toBeNull();
  });
});

describe('the second time a document is asked', () => {
  const PAGES = `query Pages($n: Int) { vehicles(first: $n) { nodes { media(first: $n) { nodes { id renditions: preview { url } } } } } }`;

  it('costs what it cost the first time', async () => {
    const cost = async (n: unknown) =>
      (await post(server, { query: PAGES, variables: { n } })).said.extensions?.cost?.requested;
    const first = await cost(5);
    expect(first).toBeGreaterThan(0);
    expect(await cost(5)).toBe(first);
    expect(await cost(20)).toBeGreaterThan(first ?? 0);
  });

  it('is refused for pages that cost too much, whatever was asked before', async () => {
    await post(server, { query: PAGES, variables: { n: 1 } });
    // Not numbers: as prices of what numbers ask for they would be too low.
    await post(server, { query: PAGES, variables: { n: '100' } });
    await post(server, { query: PAGES, variables: { n: [100] } });
    const { said } = await post(server, { query: PAGES, variables: { n: 100 } });
    expect(said.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(said.data ?? null).toBeNull();
  });
});

it('asks a database that has no time once, and says so', async () => {
  const QUERY_ONCE = 'query Once($id: ID!) { vehicle(id: $id) { model trim } }';
  const body = { query: QUERY_ONCE, variables: { id: vehicleId } };
  const headers = { authorization: `Bearer ${north.token}` };
  await post(server, body, headers);
  const db = server.app.db as { -readonly [Key in keyof Database]: Database[Key] };
  const { readAs } = db;
  let asked = 0;
  db.readAs = async () => {
    asked++;
    throw Object.assign(new Error('canceling statement due to statement timeout'), {
      code: '57014',
    });
  };
  try {
    const { status, said } = await post(server, body, headers);
    expect(status).toBe(503);
    expect(said.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    expect(asked).toBe(1);
  } finally {
    db.readAs = readAs;
  }
});

it('counts what visitors read by its cost, but for answers that are kept', async () => {
  const limited = await startServer({ env: { RATE_LIMITS: 'visitor-reads=400/hour' } });
  onTestFinished(() => limited.stop());
  const dealer = await limited.dealership(PUBLIC_DEALERSHIP);
  const id = await addVehicle(dealer.staff, { model: 'Strada' });
  const kept = { query: QUERY, variables: { id } };
  for (let times = 0; times < 30; times++) expect((await post(limited, kept)).status).toBe(200);
  const answers = [];
  for (let times = 0; times < 30; times++)
    answers.push(
      await post(limited, { query: `query Q${times} { vehicles(first: 1) { nodes { id } } }` }),
    );
  expect(answers[0]?.status).toBe(200);
  const refused = answers.at(-1);
  expect(refused?.status).toBe(429);
  expect(refused?.said.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
  expect((await post(limited, kept)).status).toBe(200);
  // Whoever has a token is counted by itself.
  const headers = { authorization: `Bearer ${dealer.token}` };
  expect((await post(limited, kept, headers)).status).toBe(200);
});

describe('a subscription', () => {
  const follow = (selection: string) => `subscription ($id: ID!) {
    vehicleMediaChanged(vehicleId: $id) { __typename ... on MediaUpdated { media { ${selection} } } }
  }`;

  it.each([
    ['pages of lists', 'vehicle { media(first: 5) { nodes { id } } }'],
    [
      'much for each event',
      Array.from({ length: 40 }, (_, index) => `a${index}: vehicle { id dealership { id } }`).join(
        ' ',
      ),
    ],
  ])('that asks for %s is refused', async (_, selection) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: follow(selection), variables: { id: vehicleId } }),
    });
    expect(await response.text()).toContain('asks for too much');
  });

  it('is counted as a stream of its address whatever it says in Accept', async () => {
    const ACCEPTED = ['text/event-stream', 'Text/Event-Stream', 'text/*', '*/*', ''];
    const small = await startServer({
      env: { MAX_STREAMS_PER_ADDRESS: String(ACCEPTED.length) },
    });
    onTestFinished(() => small.stop());
    const dealer = await small.dealership(PUBLIC_DEALERSHIP);
    const id = await addVehicle(dealer.staff);
    const leave = new AbortController();
    onTestFinished(() => leave.abort());
    const open = (accept: string) =>
      fetch(`${small.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: follow('id'), variables: { id } }),
        signal: leave.signal,
      });
    for (const accept of ACCEPTED)
      expect((await open(accept)).headers.get('content-type')).toMatch(/^text\/event-stream/);
    for (const accept of ACCEPTED)
      expect(await (await open(accept)).text()).toContain('RATE_LIMITED');
  });
});
