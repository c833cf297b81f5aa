import type { IncomingMessage } from 'node:http';

const BODY_MS = 30_000;

/** Ends the connection of a request whose body is not there in time. */
export function cutSlowBody(req: IncomingMessage, afterMs = BODY_MS): void {
  if (req.complete) return;
  const timer = setTimeout(() => req.destroy(), afterMs);
  timer.unref();
  const done = (): void => {
    clearTimeout(timer);
    req.off('end', done).off('close', done);
  };
  req.once('end', done).once('close', done);
}
