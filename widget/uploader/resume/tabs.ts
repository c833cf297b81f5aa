import { DATABASE } from './database-name.ts';

/** What the tabs of one person tell each other. */
export type TabMessage =
  /** The ledger has another entry. */
  | { readonly type: 'added' }
  | { readonly type: 'progress'; readonly id: string; readonly sentBytes: number }
  | { readonly type: 'stored'; readonly id: string; readonly mediaId: string };

/** Ends an ownership. */
export type Release = () => void;

/** Who of several tabs is at an upload: one at a time, the next as soon as that one is gone. */
export interface Owners {
  /** Resolves when the upload is this page's own, at once when it began here; rejects with the signal's reason. */
  own(id: string, signal: AbortSignal, beganHere: boolean): Promise<Release>;
  close(): void;
}

const lockName = (id: string): string => `${DATABASE} upload ${id}`;

/** Ownership by Web Locks: the browser itself lets go when a page ends, however it does. */
export const lockOwners: Owners = {
  own: (id, signal) =>
    new Promise((resolve, reject) => {
      const hold = (): Promise<void> => new Promise<void>((release) => resolve(release));
      navigator.locks.request(lockName(id), { signal }, hold).catch(reject);
    }),
  close: () => undefined,
};

/** A channel between the tabs of one person at one endpoint. */
export class Tabs {
  #channel = new BroadcastChannel(DATABASE);
  #scope: string;

  constructor(scope: string, onMessage: (message: TabMessage) => void) {
    this.#scope = scope;
    this.#channel.onmessage = ({ data }: MessageEvent<{ scope: string; message: TabMessage }>) => {
      if (data.scope === scope && data.message) onMessage(data.message);
    };
  }

  tell(message: TabMessage): void {
    this.#channel.postMessage({ scope: this.#scope, message });
  }

  close(): void {
    this.#channel.close();
  }
}
