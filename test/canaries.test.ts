import { randomUUID } from 'node:crypto';
import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { schema } from '../server/schema/index.ts';
import { NAMES } from './authorization/expectations.ts';
import { rootFields } from './authorization/matrix.ts';
import { selectionOf } from './authorization/select.ts';
import { isShared } from './authorization/shared.ts';
import { createWorld, type Actor, type World } from './authorization/world.ts';
import { followByWebSocket } from './live-client.ts';
import { linesWithSecrets, noteSecrets } from './secret-watch.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let world: World;
let owner: Actor;
/** Everything that came back, from whatever was asked. */
let answers: string[] = [];
/** What nobody may be told again. */
let secrets: string[] = [];

beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'off' } });
  world = await createWorld(server);
  owner = world.actors.find(({ kind }) => kind === 'owner') as Actor;
  answers = [];
  secrets = [];
});
afterAll(() => server.stop());

/** A text that occurs nowhere else, which the log of no server may say. */
function canary(isSecret = true): string {
  const text = `canary-${randomUUID()}`;
  noteSecrets({ secret: text });
  if (isSecret) secrets.push(text);
  return text;
}

const HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-embed-key',
  'x-api-key',
  'x-amz-security-token',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-request-id',
  'referer',
  'origin',
  'user-agent',
  'accept-language',
  'if-none-match',
];

async function get(path: string, init: RequestInit = {}): Promise<void> {
  const response = await fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  answers.push(JSON.stringify([...response.headers]), await response.text());
}

/** Fills every text of an input, the optional ones too. */
function fill(name: string, path: string, type: GraphQLInputType): unknown {
  const nullable = isNonNullType(type) ? type.ofType : type;
  if (isListType(nullable)) return [fill(name, path, nullable.ofType)];
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.fromEntries(
      Object.values(named.getFields())
        .map((field) => [field.name, fill(field.name, `${path}.${field.name}`, field.type)])
        .filter(([, value]) => value !== undefined),
    );
  }
  const [kind] = NAMES[path] ?? NAMES[name] ?? [];
  if (kind && !isShared(kind)) return isNonNullType(type) ? owner.home.things[kind] : undefined;
  switch (named.name) {
    case 'String':
      return canary(/password|token/i.test(name));
    case 'ID':
      return canary(false);
    case 'Int':
    case 'ByteSize':
      return 1;
    default:
      return undefined;
  }
}

it('tells what came in a header to nobody', async () => {
  for (const path of ['/graphql?query={__typename}', '/', '/staff', '/embed/v1.js', '/nothing']) {
    for (const header of HEADERS) await get(path, { headers: { [header]: canary() } });
  }
  for (const header of HEADERS) {
    await get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', [header]: canary() },
      body: JSON.stringify({ query: '{ viewer { role } vehicles { totalCount } }' }),
    });
  }
  expect(answers.join('\n').match(/canary-[\w-]+/g) ?? []).toEqual([]);
});

it('tells what stood in an address to nobody', async () => {
  await get(`/graphql?query={__typename}&key=${canary()}`);
  await get(`/graphql?query={__typename}&token=${canary()}`);
  await get(`/storage/upload/${canary()}.${canary()}`, { method: 'PUT', body: 'bytes' });
  await get(`/media/r/${canary()}/320.webp`);
  const found = answers.join('\n').match(/canary-[\w-]+/g) ?? [];
  expect(found).toEqual([]);
});

it.each(['token', 'embedKey'])('tells nobody the %s of a WebSocket', async (name) => {
  const socket = new WebSocket(
    `${server.url.replace('http', 'ws')}/graphql`,
    'graphql-transport-ws',
  );
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { [name]: canary() } })),
  );
  const said: string[] = [];
  socket.on('message', (data) => said.push(String(data)));
  await new Promise<void>((resolve) => {
    socket.once('close', (_, reason) => {
      said.push(String(reason));
      resolve();
    });
    socket.once('message', () => socket.close());
  });
  expect(said.join('\n')).not.toContain('canary-');
});

it('lets no password or token of an input out, in an answer, an event or a log', async () => {
  const vehicleId = owner.home.things.Vehicle;
  const live = followByWebSocket({
    url: server.url,
    vehicleId,
    token: owner.headers['authorization']?.replace('Bearer ', '') ?? '',
  });
  const events: string[] = [];
  const following = (async () => {
    for await (const event of live.events) events.push(JSON.stringify(event));
  })().catch(() => undefined);
  const fields = rootFields(schema).filter(
    ({ operation, field }) =>
      operation !== 'subscription' && !/^(logOut|deleteVehicle)/.test(field.name),
  );
  for (const { operation, field } of fields) {
    const args = field.args.map(({ name, type }) => {
      const path = `${field.name}.${name}`;
      return { name, type: String(type), value: fill(name, path, type) };
    });
    const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
    const list = args.length > 0;
    await get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...owner.headers },
      body: JSON.stringify({
        query: `${operation} ${list ? `(${declared})` : ''} { ${field.name}${list ? `(${passed})` : ''} ${selectionOf(schema, field)} }`,
        variables: Object.fromEntries(args.map(({ name, value }) => [name, value])),
      }),
    });
  }
  live.cut();
  await following;
  expect(fields.length).toBeGreaterThan(15);
  const out = [...answers, ...events].join('\n');
  expect(secrets.filter((secret) => out.includes(secret))).toEqual([]);
  expect(linesWithSecrets(server.log())).toEqual([]);
});
