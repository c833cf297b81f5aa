import { readFileSync } from 'node:fs';

/**
 * Bytes that V8 reserves for machine code in a process of this Node: 512 MB from
 * Node 24 on, of which next to nothing is used, and which Linux counts against a
 * limit on data nevertheless. 0 where the system does not tell.
 */
export function codeRangeBytes(): number {
  let maps: string;
  try {
    maps = readFileSync('/proc/self/maps', 'latin1');
  } catch {
    return 0;
  }
  let bytes = 0;
  for (const [, from, to] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rwxp/gm)) {
    bytes += parseInt(to!, 16) - parseInt(from!, 16);
  }
  return bytes;
}
