import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Proxies whose word is taken for who is behind them. */
export type TrustedProxies = BlockList;

/** Addresses and networks such as `10.0.0.0/8, fd00::/8, 192.0.2.7`; null when one is none. */
export function parseTrustedProxies(text: string): TrustedProxies | null {
  const list = new BlockList();
  for (const part of text.split(',').map((word) => word.trim())) {
    const [address = '', bits, ...rest] = part.split('/');
    const family = isIP(address);
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    const isPrefix = bits === undefined || /^\d{1,3}$/.test(bits);
    if (!family || rest.length > 0 || !isPrefix || prefix > (family === 4 ? 32 : 128)) return null;
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/**
 * Who sent a request, as limits count them: an IPv4 address, or the /64 network
 * of an IPv6 one, which one customer has all of. `X-Forwarded-For` is read from
 * the right, as far as trusted proxies wrote it: what is left of that anybody
 * may have made up.
 */
export function clientAddress(req: IncomingMessage, trusted: TrustedProxies): string {
  const { socket, headers } = req;
  // Of the connection itself, which is the same each time.
  if (headers['x-forwarded-for'] === undefined) {
    let address = ADDRESSES.get(socket);
    if (address === undefined) ADDRESSES.set(socket, (address = farthest(req, trusted)));
    return address;
  }
  return farthest(req, trusted);
}

const ADDRESSES = new WeakMap<object, string>();

function farthest(req: IncomingMessage, trusted: TrustedProxies): string {
  let client = plain(req.socket.remoteAddress ?? '') ?? 'unknown';
  const said = String(req.headers['x-forwarded-for'] ?? '').split(',');
  while (said.length > 0 && isTrusted(client, trusted)) {
    const before = plain(said.pop() ?? '');
    if (before === null) break;
    client = before;
  }
  return isIP(client) === 6 ? networkOf(client) : client;
}

function isTrusted(address: string, trusted: TrustedProxies): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Without port, brackets and zone, and IPv4 as such; null when it is no address. */
function plain(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/%.*$/, '');
  const address = /^[\d.]+:\d+$/.test(bare) ? bare.replace(/:\d+$/, '') : bare;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped && isIP(mapped)) return mapped;
  return isIP(address) ? address.toLowerCase() : null;
}

function networkOf(address: string): string {
  // A URL writes every form of an address in one way.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
