import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress, parseTrustedProxies, type TrustedProxies } from './client-address.ts';

const trusted = (text: string) => parseTrustedProxies(text) as TrustedProxies;

function addressOf(remote: string, forwarded: string | undefined, proxies: string): string {
  const req = { socket: { remoteAddress: remote }, headers: { 'x-forwarded-for': forwarded } };
  return clientAddress(req as unknown as IncomingMessage, trusted(proxies));
}

const OWN = '10.0.0.0/8, fd00::/8';

describe('the address of a client', () => {
  it.each([
    ['is the peer’s', '203.0.113.9', undefined, OWN, '203.0.113.9'],
    ['is the peer’s, whatever it says of others', '203.0.113.9', '1.1.1.1', OWN, '203.0.113.9'],
    ['is what a trusted proxy says', '10.1.2.3', '203.0.113.9', OWN, '203.0.113.9'],
    ['is what the last proxy wrote', '10.1.2.3', '1.1.1.1, 203.0.113.9', OWN, '203.0.113.9'],
    ['is before two proxies', '10.1.2.3', '1.1.1.1, 203.0.113.9, 10.9.9.9', OWN, '203.0.113.9'],
    ['is the first proxy where all are', '10.1.2.3', '10.7.7.7', OWN, '10.7.7.7'],
    ['is the proxy’s where it says nothing', '10.1.2.3', undefined, OWN, '10.1.2.3'],
    ['is the proxy’s where it says nonsense', '10.1.2.3', 'unknown', OWN, '10.1.2.3'],
    ['stops at nonsense', '10.1.2.3', '203.0.113.9, <script>, 10.4.4.4', OWN, '10.4.4.4'],
    ['has no port', '10.1.2.3', '203.0.113.9:4711', OWN, '203.0.113.9'],
    ['is IPv4 where the socket is not', '::ffff:203.0.113.9', undefined, OWN, '203.0.113.9'],
    [
      'is behind an IPv4 proxy in IPv6 clothes',
      '::ffff:10.1.2.3',
      '203.0.113.9',
      OWN,
      '203.0.113.9',
    ],
    ['is behind an IPv6 proxy', 'fd12::1', '[2001:db8:1:2:3:4:5:6]:80', OWN, '2001:db8:1:2::/64'],
    ['is nobody’s by default', '127.0.0.1', '203.0.113.9', '192.0.2.1', '127.0.0.1'],
  ])('%s', (_, remote, forwarded, proxies, address) => {
    expect(addressOf(remote, forwarded, proxies)).toBe(address);
  });

  it.each([
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
    ['2001:DB8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of IPv6 is its network: %s', (remote, network) => {
    expect(addressOf(remote, undefined, OWN)).toBe(network);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0',
    'proxy.example',
    'fd00::/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '',
  ])('is not read by a proxy list that is none: %s', (text) => {
    expect(parseTrustedProxies(text)).toBeNull();
  });
});
