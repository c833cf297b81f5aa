import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createDeadPeers } from './dead-peers.ts';

afterEach(() => vi.useRealTimers());

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
/** A row of the kernel’s table: from port 4000 to `remote`, hexadecimal. */
const row = (remote: string, retries: number, probes: number) =>
  `   1: 0100007F:0FA0 ${remote} 01 00000012:00000000 01:00000500 0000000${retries}     0        ${probes} 4676 2 0 20 4 24 10 -1`;

async function destroyed(remoteAddress: string, rows: string[]): Promise<boolean> {
  vi.useFakeTimers();
  const destroy = vi.fn();
  const socket = Object.assign(new EventEmitter(), {
    localPort: 4000,
    remotePort: 50_000,
    remoteAddress,
    destroy,
  });
  const peers = createDeadPeers(() => Promise.resolve([[HEAD, ...rows].join('\n')]), 10);
  peers.watch(socket as unknown as Socket);
  await vi.advanceTimersByTimeAsync(10);
  peers.close();
  return destroy.mock.calls.length > 0;
}

// 203.0.113.9, port 50,000, in the order of bytes of the machine.
const V4 = '097100CB:C350';
const MAPPED = '0000000000000000FFFF0000097100CB:C350';
const V6 = 'B80D0120000000000000000001000000:C350';

it.each([
  ['sent to five times in vain', '203.0.113.9', row(V4, 5, 0), true],
  ['asked for room five times in vain', '203.0.113.9', row(V4, 0, 5), true],
  ['slow: it has no room, and says so', '203.0.113.9', row(V4, 0, 0), false],
  ['sent to once more', '203.0.113.9', row(V4, 2, 0), false],
  ['somebody else', '203.0.113.10', row(V4, 9, 9), false],
  ['gone, of IPv4 on a socket of IPv6', '::ffff:203.0.113.9', row(MAPPED, 5, 0), true],
  ['gone, of IPv6', '2001:db8::1', row(V6, 5, 0), true],
])('a peer that was %s', async (_, address, line, gone) => {
  expect(await destroyed(address, [row('00000000:0000', 9, 9), line])).toBe(gone);
});
