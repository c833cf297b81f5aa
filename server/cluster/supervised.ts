import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/** A process that was just started. */
export interface Started {
  process: ChildProcess;
  /** Resolves when it does its work; never where it ends before. */
  ready: Promise<unknown>;
}

/** One place in the cluster: a process, and another one whenever it ends by itself. */
export interface Supervised {
  /** Rejects when the first process ends before it was ready: another would not fare better. */
  readonly ready: Promise<void>;
  /** Asks its process to end, again when it was asked before. */
  stop(): void;
  /** Resolves to the exit code of its last process, once it was asked to end. */
  readonly ended: Promise<number>;
}

/** A process that ends early is followed by the next after a wait, longer each time. */
export function supervise(role: string, start: () => Started, log: Logger): Supervised {
  const stopping = new AbortController();
  const { signal } = stopping;
  let child: ChildProcess | null = null;
  let firstReady: () => void = () => {};
  let neverReady: (reason: Error) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    firstReady = resolve;
    neverReady = reject;
  });
  ready.catch(() => {});

  async function run(): Promise<number> {
    let wait = FIRST_WAIT_MS;
    for (;;) {
      const started = start();
      child = started.process;
      const { pid } = child;
      log.info({ role, pid }, 'a process of the cluster starts');
      const exit = endOf(started.process, (err) =>
        log.warn({ role, pid, err }, 'a process of the cluster is in trouble'),
      );
      const since = performance.now();
      started.ready.then(firstReady, () => {});
      const [code, endedBy] = await exit;
      child = null;
      // Does nothing to one that was.
      neverReady(new Error(`A ${role} ended with ${code ?? endedBy} before it was ready.`));
      if (signal.aborted) return code ?? 1;
      if (performance.now() - since > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
      log.warn(
        { role, pid, code, signal: endedBy },
        'a process of the cluster ended; another follows',
      );
      try {
        await delay(wait, undefined, { signal });
      } catch {
        return 0;
      }
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  return {
    ready,
    stop() {
      stopping.abort();
      child?.kill('SIGTERM');
    },
    ended: run(),
  };
}

/** Also of one that could not be started. */
function endOf(
  child: ChildProcess,
  tell: (error: Error) => void,
): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
    child.on('error', (error) => {
      tell(error);
      if (child.pid === undefined) resolve([null, null]);
    });
  });
}
