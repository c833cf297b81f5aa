import type { Duplex } from 'node:stream';

/** Whether a peer has not taken all that was written: the kernel has no more room for it. */
export function hasUntaken(socket: Duplex): boolean {
  return !socket.destroyed && socket.writableLength > 0;
}
