import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/** Requests whose answer has not ended, or whose body. */
export interface OpenRequests {
  /** Until both have ended. A body that may take its time has a limit of its own. */
  add(res: ServerResponse<IncomingMessage>, body: 'soon' | 'any time'): void;
  answers(): Iterable<ServerResponse>;
  /** Looks after bodies no longer. */
  close(): void;
}

/**
 * Ends the connection of a request whose body is not there in time. One look at
 * all of them each second costs less than a timer for each.
 */
export function createOpenRequests(bodyMs = BODY_MS, lookEveryMs = LOOK_EVERY_MS): OpenRequests {
  /** When each began. */
  const open = new Map<ServerResponse, number>();
  const timer = setInterval(() => {
    const before = performance.now() - bodyMs;
    for (const [res, began] of open) {
      if (began < before && !res.req.complete) res.req.destroy();
      if (res.closed) forget(res);
    }
  }, lookEveryMs);
  timer.unref();
  // Some are answered before their body has come.
  const forget = (res: ServerResponse): void => {
    if (res.req.complete || res.req.destroyed) open.delete(res);
  };
  return {
    add(res, body) {
      open.set(res, body === 'soon' ? performance.now() : Infinity);
      res.once('close', () => forget(res));
    },
    answers: () => open.keys(),
    close: () => clearInterval(timer),
  };
}
