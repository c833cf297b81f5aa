import { buildSchema, parse, type ExecutionArgs } from 'graphql';
import { expect, it } from 'vitest';
import type { Viewer } from '../accounts/viewer.ts';
import type { MediaEvent } from '../events/media-event.ts';
import { createEventRenderings } from './event-rendering.ts';

const schema = buildSchema(`
  type Query { ping: Int }
  type Subscription { changed(vehicle: ID, after: String): Change }
  type Change { size(format: String): String, broken: Int }
`);
const DOCUMENT = parse(
  'subscription ($after: String, $format: String) { changed(vehicle: "v", after: $after) { size(format: $format) } }',
);
const visitor: Viewer = { kind: 'visitor', dealershipId: 'north' };
const staff = (sessionId: string, role: 'OWNER' | 'VIEWER'): Viewer => ({
  kind: 'staff',
  dealershipId: 'north',
  actorId: sessionId,
  name: sessionId,
  userId: sessionId,
  sessionId,
  role,
  expiresAt: new Date(0),
});

const argsOf = (
  viewer: Viewer,
  variableValues: Record<string, unknown> = {},
  document = DOCUMENT,
): ExecutionArgs => ({ schema, document, variableValues, contextValue: { viewer } });

/** An event of which resolvers ask once for each execution. */
function countedEvent() {
  const counted = { executions: 0 };
  const event = {
    changed: () => {
      counted.executions += 1;
      return {
        size: ({ format }: { format?: string }) => `as ${format ?? 'it is'}`,
        broken: () => {
          throw new Error('secret');
        },
      };
    },
  };
  return { counted, event: event as unknown as MediaEvent };
}

it('executes an event once for all who follow from wherever they are', async () => {
  const { of } = createEventRenderings((error) => error as Error);
  const { counted, event } = countedEvent();
  const frames = await Promise.all(
    ['a', 'b', 'c'].map((after) => of(argsOf(visitor, { after })).render(event)),
  );
  expect(new Set(frames).size).toBe(1);
  expect(counted.executions).toBe(1);
  expect(String(frames[0]?.sse)).toBe(
    'event: next\ndata: {"data":{"changed":{"size":"as it is"}}}\n\n',
  );
});

it('executes apart for other variables, other documents and other kinds of viewer', async () => {
  const { of } = createEventRenderings((error) => error as Error);
  const same = [staff('a', 'OWNER'), staff('b', 'OWNER')].map((viewer) => of(argsOf(viewer)).id);
  expect(new Set(same).size).toBe(1);
  const apart = [
    argsOf(visitor),
    argsOf(visitor, { format: 'AVIF' }),
    argsOf(visitor, {}, parse('subscription { changed { size } }')),
    argsOf({ ...visitor, dealershipId: 'south' }),
    argsOf(staff('a', 'OWNER')),
    argsOf(staff('a', 'VIEWER')),
  ].map((args) => of(args).id);
  expect(new Set(apart).size).toBe(apart.length);
  const { event } = countedEvent();
  expect(String((await of(argsOf(visitor, { format: 'AVIF' })).render(event)).sse)).toContain(
    'as AVIF',
  );
});

it('masks what went wrong on the server', async () => {
  const { of } = createEventRenderings(() => new Error('Something went wrong.'));
  const { event } = countedEvent();
  const document = parse('subscription { changed { broken } }');
  const frame = await of(argsOf(visitor, {}, document)).render(event);
  expect(String(frame.sse)).toContain('Something went wrong.');
  expect(String(frame.sse)).not.toContain('secret');
});

it('keeps nothing of the request that the first came with', () => {
  const { of } = createEventRenderings((error) => error as Error);
  const seen: unknown[] = [];
  const document = parse('subscription { changed { size } }');
  const args = argsOf(visitor, {}, document);
  const request = { headers: 'many' };
  args.contextValue = { viewer: visitor, request, req: request, params: {} };
  const event = { changed: (_: unknown, context: object) => void seen.push(Object.keys(context)) };
  return of(args)
    .render(event as unknown as MediaEvent)
    .then(() => expect(seen).toEqual([['viewer']]));
});
