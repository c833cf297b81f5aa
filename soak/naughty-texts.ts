/**
 * 515 naughty texts in every text of every argument of the schema, names of
 * prototypes and NUL in every input object, and bodies that are too large or too
 * deep. Nothing may be answered with 5xx or a defect, no control character may be
 * kept, and the process lives.
 *
 *   npm run soak:naughty-texts [-- --short --seed 1 --out result.json]
 */
import { randomUUID } from 'node:crypto';
import {
  getNamedType,
  isInputObjectType,
  type GraphQLArgument,
  type GraphQLInputField,
} from 'graphql';
import { schema } from '../server/schema/index.ts';
import type { TargetKind } from '../test/authorization/expectations.ts';
import { argumentsFor, type Position } from '../test/authorization/inputs.ts';
import { rootFields } from '../test/authorization/matrix.ts';
import { anyText, isShared } from '../test/authorization/shared.ts';
import { createWorld, type Actor } from '../test/authorization/world.ts';
import { naughtyTexts } from '../test/naughty-texts.ts';
import { startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('naughty-texts');
const TEXT_TYPES = ['String', 'ID', 'DateTime', 'URL', 'Sha256', 'VIN'];
const AT_ONCE = 8;
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'a\0b'];

type Slot = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>;

/** Paths of everything below an argument that is of one of these types, and of its input objects. */
function pathsOf(slot: Slot, path: string): { texts: string[]; objects: string[] } {
  const type = getNamedType(slot.type);
  if (!isInputObjectType(type)) {
    return { texts: TEXT_TYPES.includes(type.name) ? [path] : [], objects: [] };
  }
  const inner = Object.values(type.getFields()).map((field) =>
    pathsOf(field, `${path}.${field.name}`),
  );
  return {
    texts: inner.flatMap(({ texts }) => texts),
    objects: [path, ...inner.flatMap(({ objects }) => objects)],
  };
}

/** Adds a name to the object at a path, as JSON alone can. */
function withName(json: unknown, path: string, name: string): string {
  const [next, ...rest] = path.split('.');
  const object = (Array.isArray(json) ? json[0] : json) as Record<string, unknown>;
  const text = rest.length > 0 || next ? null : JSON.stringify(object ?? {});
  if (text !== null) {
    const own = `${JSON.stringify(name)}:{"polluted":true}`;
    return text === '{}' ? `{${own}}` : `${text.slice(0, -1)},${own}}`;
  }
  const entries = Object.entries(object ?? {}).filter(([key]) => key !== next);
  const inner = withName(object?.[next as string] ?? {}, rest.join('.'), name);
  const others = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `{${[...others, `${JSON.stringify(next)}:${inner}`].join(',')}}`;
}

const server = await startServer({ env: { RATE_LIMITS: 'off', MEDIA_CONCURRENCY: '0' } });
try {
  const world = await createWorld(server);
  const owner = world.actors.find(({ kind }) => kind === 'owner') as Actor;
  const texts = naughtyTexts(run.random).filter((_, index) => !run.short || index % 40 === 0);
  const fields = rootFields(schema).filter(
    ({ operation, field }) => operation !== 'subscription' && field.name !== 'logOut',
  );

  const failures: string[] = [];
  let requests = 0;
  async function send(what: string, body: BodyInit, most = 499): Promise<void> {
    requests += 1;
    try {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...owner.headers },
        body,
        ...(body instanceof ReadableStream && { duplex: 'half' }),
      } as RequestInit);
      const answer = await response.text();
      if (response.status > most || /INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE/.test(answer))
        failures.push(`${what}: ${response.status} ${answer.slice(0, 200)}`);
    } catch (error) {
      // A body that goes on after its refusal is cut.
      if (!/oversize/.test(what)) failures.push(`${what}: ${String(error)}`);
    }
  }

  const tasks: (() => Promise<void>)[] = [];
  let inputs = 0;
  for (const { operation, field } of fields) {
    const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
    const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
    const query = `${operation} (${declared}) { ${field.name}(${passed}) { __typename } }`;
    const own = (kind: TargetKind) => (isShared(kind) ? anyText(kind) : owner.home.things[kind]);
    const given = () => ({ key: randomUUID(), ...owner.credentials });
    const found = field.args.map((arg) => pathsOf(arg, arg.name));
    for (const path of found.flatMap((each) => each.texts)) {
      inputs += 1;
      for (const text of texts) {
        const position = { path, kind: 'slug' } as Position;
        tasks.push(() => {
          const variables = argumentsFor(field, position, text, own, given());
          return send(`${field.name}.${path}`, JSON.stringify({ query, variables }));
        });
      }
    }
    for (const path of found.flatMap((each) => each.objects)) {
      for (const name of PROTOTYPE_NAMES) {
        const variables = argumentsFor(field, null, '', own, given());
        const body = `{"query":${JSON.stringify(query)},"variables":${withName(variables, path, name)}}`;
        tasks.push(() => send(`${field.name}.${path} with ${name}`, body));
      }
    }
  }
  const large = (bytes: number) =>
    JSON.stringify({ query: '{ __typename }', variables: { a: 'x'.repeat(bytes) } });
  const endless = (): ReadableStream => {
    let left = 200;
    return new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(100_000).fill(32));
        else controller.close();
      },
    });
  };
  for (const bytes of [262_144, 1_000_000, 20_000_000])
    tasks.push(() => send(`oversize ${bytes}`, large(bytes)));
  tasks.push(() => send('oversize, of unknown length', endless()));
  for (const open of ['[', '{"a":'])
    tasks.push(() => send('deep', `{"query":"{ __typename }","variables":${open.repeat(60_000)}`));

  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let task = tasks[next++]; task; task = tasks[next++]) await task();
    }),
  );

  const { pool } = server.app.db;
  const { rows: columns } = await pool.query<{ table: string; column: string }>(
    `select c.table_name "table", c.column_name "column" from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
       and (c.data_type in ('text', 'character', 'character varying', 'json', 'jsonb') or c.udt_name = '_text')`,
  );
  const kept: string[] = [];
  for (const { table, column } of columns) {
    const { rows } = await pool.query<{ value: string }>(
      `select "${column}"::text value from "${table}"
       where "${column}"::text ~ '[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]' limit 3`,
    );
    for (const { value } of rows) kept.push(`${table}.${column}: ${JSON.stringify(value)}`);
  }
  const alive = (await fetch(`${server.url}/healthz`)).status === 200;
  const polluted = 'polluted' in {};
  await run.report(
    {
      texts: texts.length,
      inputs,
      requests,
      columns: columns.length,
      failures: failures.length,
      firstFailures: failures.slice(0, 10),
      controlCharactersKept: kept.slice(0, 10),
      polluted,
      alive,
    },
    failures.length === 0 && kept.length === 0 && !polluted && alive,
  );
} finally {
  await server.stop();
}
