import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../api/api-client.ts';
import * as documents from './documents.ts';
import type { Request } from './queue/upload-api.ts';
import { requestInTime } from './request-in-time.ts';

let server: Server;
/** How many requests arrived, and how many of those were left by who asked. */
let arrived: number;
let left: number;
let answers: boolean;
let request: Request;

beforeEach(async () => {
  [arrived, left, answers] = [0, 0, false];
  server = createServer((req, res) => {
    arrived += 1;
    res.on('close', () => (left += res.writableEnded ? 0 : 1));
    req.resume();
    if (answers) res.end('{"data":{"viewer":null}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/graphql`;
  const client = new ApiClient(
    { endpoint, embedKey: null, token: null, tokenProvider: null },
    () => undefined,
  );
  request = client.request.bind(client);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('requestInTime', () => {
  it('gives up a request that the server takes and never answers, as a lost connection', async () => {
    const inTime = requestInTime(request, () => 200);
    await expect(inTime('{viewer{id}}', {})).rejects.toMatchObject({
      code: 'NETWORK',
      transient: true,
    });
    await expect.poll(() => left).toBe(arrived);
  });

  it('gives up when what it asks never comes back, whatever the signal says', async () => {
    const inTime = requestInTime(
      () => new Promise<never>(() => undefined),
      () => 1,
    );
    await expect(inTime('{viewer{id}}', {})).rejects.toMatchObject({ code: 'NETWORK' });
  });

  it('passes an answer on', async () => {
    answers = true;
    const inTime = requestInTime(request);
    expect(await inTime('{viewer{id}}', {})).toEqual({ viewer: null });
  });

  it('ends with the reason of who asked, and has the request given up', async () => {
    const asking = new AbortController();
    const reason = new Error('Cancelled.');
    const asked = requestInTime(request)('{viewer{id}}', {}, asking.signal);
    await expect.poll(() => arrived).toBe(1);
    asking.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect.poll(() => left).toBe(1);
    await expect(requestInTime(request)('{viewer{id}}', {}, asking.signal)).rejects.toBe(reason);
  });

  it('waits longest for the completion of an upload', async () => {
    const limits: number[] = [];
    const { setTimeout: set } = globalThis;
    globalThis.setTimeout = ((act: () => void, ms: number) => {
      limits.push(ms);
      return set(act, ms);
    }) as typeof setTimeout;
    try {
      for (const document of [documents.requestUploads, documents.completeUpload]) {
        await requestInTime(async () => null as never)(document, {});
      }
    } finally {
      globalThis.setTimeout = set;
    }
    expect(limits).toEqual([30_000, 120_000]);
  });
});
