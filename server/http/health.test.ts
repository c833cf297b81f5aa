import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createHealth } from './health.ts';

let server: Server;

afterEach(() => void server.close());

/** @returns a probe of a server whose only part is this. */
async function listen(check: () => Promise<void>): Promise<() => Promise<unknown[]>> {
  const health = createHealth({ checks: { store: check }, draining: () => false });
  server = createServer((req, res) => void health(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return [response.status, ((await response.json()) as { store: string }).store];
  };
}

it('asks a part once for a flood of probes, and anew soon after', async () => {
  const check = vi.fn<() => Promise<void>>().mockResolvedValue();
  const probe = await listen(check);
  const started = performance.now();
  for (const _ of Array(10)) {
    const answers = await Promise.all(Array.from({ length: 50 }, probe));
    expect(new Set(answers.map(String))).toEqual(new Set(['200,ok']));
  }
  const seconds = (performance.now() - started) / 1_000;
  expect(check.mock.calls.length).toBeLessThanOrEqual(1 + Math.floor(seconds));

  check.mockRejectedValue(new Error('down'));
  await expect.poll(probe).toEqual([503, 'unavailable']);
  check.mockResolvedValue();
  await expect.poll(probe).toEqual([200, 'ok']);
});
