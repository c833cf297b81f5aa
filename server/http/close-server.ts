import type { Server } from 'node:http';

const LOOK_EVERY_MS = 20;
/** Then whatever is still under way is cut off. */
const LONGEST_MS = 10_000;

/**
 * Lets open connections end, then takes no more. For `lingerMs` what comes is
 * still answered: a client that keeps its connection may have sent its next
 * request before it could know. Who is to answer says `connection: close`.
 */
export async function closeServer(server: Server, lingerMs: number): Promise<void> {
  if (!server.listening) return;
  const late = setTimeout(() => server.closeAllConnections(), LONGEST_MS);
  await connectionsEnd(server, lingerMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(late);
}

/** Resolves when none is left, or the time is over. */
function connectionsEnd(server: Server, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  return new Promise((resolve) => {
    function look(): void {
      server.getConnections((error, count) => {
        if (error || count === 0 || performance.now() >= end) resolve();
        else setTimeout(look, LOOK_EVERY_MS);
      });
    }
    look();
  });
}
