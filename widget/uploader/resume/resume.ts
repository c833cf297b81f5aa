import { whenOnline } from '../when-online.ts';
import type { UploadTask } from '../queue/upload-task.ts';
import { DATABASE } from './database-name.ts';
import type { Keeper, KeeperOptions } from './keeper.ts';

/** How long until a keeper that could not be had is asked for again: milliseconds. */
const AGAIN_MS = 10_000;

/**
 * Has uploads outlive their page. What does the work is loaded when there is
 * something to keep, or something was kept here before.
 */
export class Resume {
  #options: () => KeeperOptions | null;
  #keeper: Promise<Keeper | null> | undefined;
  #current: Keeper | null = null;
  #channel: BroadcastChannel | undefined;
  #stop = new AbortController();

  constructor(options: () => KeeperOptions | null) {
    this.#options = options;
  }

  /** Goes on with what other pages left. */
  async start(): Promise<void> {
    try {
      // Another tab may be the first to keep something.
      this.#channel = new BroadcastChannel(DATABASE);
      this.#channel.onmessage = () => void this.#open();
      const databases = await indexedDB.databases();
      if (!databases.some(({ name }) => name === DATABASE)) return;
    } catch {
      // The browser does not say, or forbids storage.
    }
    await this.#open();
  }

  /** To be called for every file that comes and every state of it. */
  noted(task: UploadTask): void {
    if (this.#current) this.#current.noted(task);
    else void this.#open().then((keeper) => keeper?.noted(task));
  }

  /** Resolves when a later page would find what was reached. Never rejects. */
  async keep(task: UploadTask): Promise<void> {
    await (await this.#open())?.keep(task);
  }

  /** Has the person allow a dropped file to be read: only on a click. Null where there is none, or they do not. */
  async readAgain(id: string): Promise<File | null> {
    return this.#current?.readAgain(id) ?? null;
  }

  moved(task: UploadTask): void {
    this.#current?.moved(task);
  }

  /** Returns whether a later page goes on with what is left. */
  close(): boolean {
    this.#stop.abort();
    this.#channel?.close();
    this.#current?.close();
    return this.#current !== null;
  }

  #open(): Promise<Keeper | null> {
    return (this.#keeper ??= this.#load());
  }

  async #load(): Promise<Keeper | null> {
    const { signal } = this.#stop;
    try {
      await whenOnline(signal);
      const options = this.#options();
      if (!options) return null;
      const { openKeeper } = await import('./keeper.ts');
      const keeper = await openKeeper(options);
      this.#channel?.close();
      if (signal.aborted) keeper?.close();
      else this.#current = keeper;
      return this.#current;
    } catch {
      setTimeout(() => (this.#keeper = undefined), AGAIN_MS);
      return null;
    }
  }
}
