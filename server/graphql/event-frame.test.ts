import type { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import { EventFrame } from './event-frame.ts';

const MEDIUM = 200;
const LARGE = 70_000;

// Its types do not tell of it.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What a WebSocket client makes of bytes from the server. */
function read(bytes: Buffer): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer) => texts.push(String(data)));
  receiver.write(bytes);
  return texts;
}

it.each([0, MEDIUM, LARGE])('is a whole WebSocket message, with %i more characters', (length) => {
  const frame = new EventFrame(JSON.stringify({ data: 'é'.repeat(length) }));
  const bytes = Buffer.concat([frame.webSocket('1'), frame.webSocket('"é')]);
  expect(read(bytes).map((text) => JSON.parse(text) as unknown)).toEqual(
    ['1', '"é'].map((id) => ({ id, type: 'next', payload: { data: 'é'.repeat(length) } })),
  );
});

it('is made once for an id', () => {
  const frame = new EventFrame('{}');
  expect(frame.webSocket('1')).toBe(frame.webSocket('1'));
  expect(frame.webSocket('2')).not.toBe(frame.webSocket('1'));
});

it('keeps no frame for each of many ids', () => {
  const frame = new EventFrame('{}');
  for (let id = 0; id < 100; id++) frame.webSocket(String(id));
  expect(frame.webSocket('99')).not.toBe(frame.webSocket('99'));
  expect(read(frame.webSocket('99'))).toEqual(['{"id":"99","type":"next","payload":{}}']);
});

it('is the same event as a chunk', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const { sse, sseChunk } = new EventFrame(json);
      const head = Buffer.from(`${sse.length.toString(16)}\r\n`);
      expect(sseChunk).toEqual(Buffer.concat([head, sse, Buffer.from('\r\n')]));
      expect(String(sse)).toBe(`event: next\ndata: ${json}\n\n`);
    }),
  );
});
