import type { GraphQLAnswer } from '../test/graphql-client.ts';
import { postOnce, type GraphQLPost } from './graphql-post.ts';

/** How one request ended. */
export interface Call {
  /** On the clock of `performance.now()`. */
  beganMs: number;
  tookMs: number;
  /** `ok`, `hung`, `no answer`, or the code of an error. */
  outcome: string;
}

export interface Tried<Data> {
  call: Call;
  data: Data | null;
}

/** Later than that a call is ended, and counts as hung. */
const PATIENCE_MS = 15_000;

/** Asks once, on a connection of its own. */
export async function tryCall<Data>(message: GraphQLPost): Promise<Tried<Data>> {
  const beganMs = performance.now();
  const sent = postOnce(message);
  let hung = false;
  const late = setTimeout(() => {
    hung = true;
    sent.leave();
  }, PATIENCE_MS);
  const answer = (await sent.answer) as GraphQLAnswer<Data> | null;
  clearTimeout(late);
  const refused = answer === null ? 'no answer' : answer.errors?.[0];
  const outcome =
    typeof refused === 'string'
      ? refused
      : refused
        ? (refused.extensions?.code ?? refused.message)
        : 'ok';
  return {
    call: { beganMs, tookMs: performance.now() - beganMs, outcome: hung ? 'hung' : outcome },
    data: outcome === 'ok' ? (answer?.data ?? null) : null,
  };
}

/** Begins something so many times a second, whether or not what began before has ended. */
export function beginSteadily(
  perSecond: number,
  begin: (index: number) => Promise<void>,
): {
  /** Resolves when all has ended; rejects as the first did that failed. */
  stop(): Promise<void>;
} {
  const open = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let index = 0;
  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    for (; index < due; index += 1) {
      const beginning = begin(index)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => open.delete(beginning));
      open.add(beginning);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      if (failures.length > 0) throw failures[0];
    },
  };
}
