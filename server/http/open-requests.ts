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

interface OpenRequest {
  res: ServerResponse<IncomingMessage>;
  /** When it began; never, when its body may take its time. */
  began: number;
  /** Its place among those that are open. */
  at: number;
}

/**
 * Ends the connection of a request whose body is not there in time. One look at
 * all of them each second costs less than a timer for each. They are in an
 * array: a Map that they came and went by would keep each with those after it
 * until all of memory is collected.
 */
export function createOpenRequests(bodyMs = BODY_MS, lookEveryMs = LOOK_EVERY_MS): OpenRequests {
  const open: OpenRequest[] = [];
  const timer = setInterval(() => {
    const before = performance.now() - bodyMs;
    // From the end: another takes the place of one that is forgotten.
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const request = open[at] as OpenRequest;
      const { res, began } = request;
      if (began < before && !res.req.complete) res.req.destroy();
      if (res.closed) forget(request);
    }
  }, lookEveryMs);
  timer.unref();

  function forget(request: OpenRequest): void {
    const { req } = request.res;
    // Some are answered before their body has come.
    if (open[request.at] !== request || !(req.complete || req.destroyed)) return;
    const last = open.pop();
    if (!last || last === request) return;
    open[request.at] = last;
    last.at = request.at;
  }

  return {
    add(res, body) {
      const began = body === 'soon' ? performance.now() : Infinity;
      const request = { res, began, at: open.length };
      open.push(request);
      res.once('close', () => forget(request));
    },
    answers: () => open.map(({ res }) => res),
    close: () => clearInterval(timer),
  };
}
