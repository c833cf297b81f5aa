import { delay } from '../queue/backoff.ts';
import { newId } from '../queue/new-id.ts';
import { DATABASE } from './database-name.ts';
import type { Owners, Release } from './tabs.ts';

/** An owner that has not answered by then is gone: milliseconds. */
const ANSWER_MS = 1_500;
/** How long until somebody who has an owner is asked about again. */
const AGAIN_MS = 5_000;

type Question =
  | { readonly ask: string; readonly from: string }
  /** Of the owner, or of somebody who asks and goes first. */
  | { readonly taken: string };

/**
 * Ownership where there are no Web Locks, on pages over plain http: whoever
 * wants an upload asks the other tabs, and takes it when none answers. Of two
 * who ask at once the one with the lower name goes first. A tab that the
 * system has put to sleep does not answer; should it wake up, both send, and
 * the server takes the bytes once.
 */
export class ChannelOwners implements Owners {
  #channel = new BroadcastChannel(`${DATABASE} owners`);
  #name = newId();
  #own = new Set<string>();
  #asking = new Map<string, () => void>();

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Question>) => {
      if ('taken' in data) return this.#asking.get(data.taken)?.();
      const mine = this.#own.has(data.ask);
      const first = this.#asking.has(data.ask) && this.#name < data.from;
      if (mine || first) this.#channel.postMessage({ taken: data.ask } satisfies Question);
    };
  }

  async own(id: string, signal: AbortSignal, beganHere: boolean): Promise<Release> {
    while (!beganHere && (await this.#isTaken(id, signal))) await delay(AGAIN_MS, signal);
    this.#own.add(id);
    return () => this.#own.delete(id);
  }

  close(): void {
    this.#channel.close();
  }

  async #isTaken(id: string, signal: AbortSignal): Promise<boolean> {
    if (this.#own.has(id) || this.#asking.has(id)) return true;
    const answered = new Promise<true>((resolve) => this.#asking.set(id, () => resolve(true)));
    this.#channel.postMessage({ ask: id, from: this.#name } satisfies Question);
    const taken = await Promise.race([answered, delay(ANSWER_MS, signal).then(() => false)]);
    this.#asking.delete(id);
    return taken;
  }
}
