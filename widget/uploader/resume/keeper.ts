import type { Request, Ticket } from '../queue/upload-api.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';
import type { Reached, UploadTask } from '../queue/upload-task.ts';
import { ChannelOwners } from './channel-owners.ts';
import { askForHandle, handleOf, readHandle } from './file-handles.ts';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { readOpenUploads } from './open-uploads.ts';
import { lockOwners, Tabs, type Owners, type Release, type TabMessage } from './tabs.ts';

/** A larger file is not copied before it is about to be sent, and not at all when there is a handle. */
const LARGE_BYTES = 256 << 20;
/** Other tabs hear of progress no more often: milliseconds. */
const TOLD_EVERY_MS = 300;

export interface KeeperOptions {
  readonly request: Request;
  readonly endpoint: string;
  readonly vehicleId: string;
  readonly queue: UploadQueue;
}

/** Null when nobody is logged in. Rejects where the browser forbids storage, or the server does not answer. */
export async function openKeeper(options: KeeperOptions): Promise<Keeper | null> {
  const { endpoint, request, vehicleId } = options;
  const ledger = await Ledger.open();
  try {
    const entries = await ledger.list();
    const begun = entries.some((entry) => entry.vehicleId === vehicleId && entry.uploadId);
    const { person, tickets } = await readOpenUploads(request, vehicleId, begun);
    if (person !== null) return new Keeper(options, ledger, `${endpoint} ${person}`, tickets);
  } catch (error) {
    ledger.close();
    throw error;
  }
  ledger.close();
  return null;
}

/**
 * Writes down how far the queue's uploads are, and goes on with those that
 * another page of the same person left. Of several tabs one is at an upload;
 * the others show how far it is, and the first of them takes over when it is gone.
 */
export class Keeper {
  #options: KeeperOptions;
  #ledger: Ledger;
  #scope: string;
  #tickets: ReadonlyMap<string, Ticket>;
  #tabs: Tabs;
  #owners: Owners = navigator.locks ? lockOwners : new ChannelOwners();
  /** Of the uploads that this page is at. */
  #entries = new Map<string, LedgerEntry>();
  #releases = new Map<string, Promise<Release>>();
  /** Ends of the last writes: one upload's come one after the other. */
  #written = new Map<string, Promise<void>>();
  /** Bytes that wait to be copied, in the order of the queue. */
  #uncopied = new Map<string, { readonly bytes: Blob; readonly chosen: File }>();
  #copying = false;
  #toldAt = new Map<string, number>();
  /** Of dropped files that the person has to allow to be read anew. */
  #handles = new Map<string, FileSystemFileHandle>();
  #order = Date.now();
  #stop = new AbortController();

  constructor(
    options: KeeperOptions,
    ledger: Ledger,
    scope: string,
    tickets: ReadonlyMap<string, Ticket>,
  ) {
    this.#options = options;
    this.#ledger = ledger;
    this.#scope = scope;
    this.#tickets = tickets;
    this.#tabs = new Tabs(scope, (message) => this.#hear(message));
    void this.#look();
  }

  /** To be called for every file that comes and every state of it. */
  noted(task: UploadTask): void {
    const { id, state, failure } = task;
    if (state === 'elsewhere' || failure?.code === 'PROCESSING') return;
    if (this.#stop.signal.aborted) return;
    const before = this.#entries.get(id);
    const over = state === 'processing' || state === 'ready' || state === 'cancelled';
    if (over || failure?.retryable === false) {
      if (before) this.#forget(task);
      return;
    }
    const entry = this.#entryOf(task, before);
    if (!before) {
      this.#begin(entry, task);
    } else if (
      before.ticketKey !== entry.ticketKey ||
      before.uploadId !== entry.uploadId ||
      before.paused !== entry.paused
    ) {
      void this.#write(entry);
    }
  }

  /** Resolves when a later page would go on with the bytes as they are prepared. Never rejects. */
  async keep(task: UploadTask): Promise<void> {
    const before = this.#entries.get(task.id);
    if (!before) return this.noted(task);
    const entry = this.#entryOf(task, before);
    const { body, file, id } = task;
    const uncopied = this.#uncopied.get(id)?.bytes;
    this.#uncopied.delete(id);
    await this.#write(entry, body === file ? uncopied : body, file);
    if (body !== file || (await this.#ledger.bytes(id).catch((): null => null))) return;
    const handle = await handleOf(file);
    if (handle) void this.#chain(id, () => this.#ledger.keepHandle(id, handle));
    else void this.#write(entry, body);
  }

  /** Has the person allow a dropped file to be read: only on a click. Null where there is none, or they do not. */
  async readAgain(id: string): Promise<File | null> {
    const handle = this.#handles.get(id);
    return handle ? askForHandle(handle).catch((): null => null) : null;
  }

  /** Lets other tabs show how far an upload is. */
  moved({ id, sentBytes }: UploadTask): void {
    const now = Date.now();
    if (now - (this.#toldAt.get(id) ?? 0) < TOLD_EVERY_MS) return;
    this.#toldAt.set(id, now);
    this.#tabs.tell({ type: 'progress', id, sentBytes });
  }

  /** Leaves everything to later pages, or to other tabs. */
  close(): void {
    this.#stop.abort();
    this.#tabs.close();
    for (let last = this.#lastUncopied(); last; last = this.#lastUncopied()) {
      void this.#write(...last);
    }
    const writing = [...this.#written.values()];
    void Promise.allSettled(writing).then(async () => {
      const releases = await Promise.allSettled(this.#releases.values());
      for (const owned of releases) if (owned.status === 'fulfilled') owned.value();
      this.#owners.close();
      this.#ledger.close();
    });
  }

  #begin(entry: LedgerEntry, { body, file, hash, id }: UploadTask): void {
    this.#entries.set(id, entry);
    this.#releases.set(id, this.#owners.own(id, this.#stop.signal, true));
    // Without its bytes first: copying them takes time, and a name is better than nothing.
    void this.#write(entry).then(() => this.#tabs.tell({ type: 'added' }));
    if (file.size > LARGE_BYTES) return;
    this.#uncopied.set(id, { bytes: hash ? body : file, chosen: file });
    void this.#copyAll();
  }

  /** One after the other: what is about to be sent must not wait for all the rest. */
  async #copyAll(): Promise<void> {
    if (this.#copying) return;
    this.#copying = true;
    for (let last = this.#lastUncopied(); last; last = this.#lastUncopied()) {
      await this.#write(...last);
    }
    this.#copying = false;
  }

  /** Taken from the end, which is sent last. */
  #lastUncopied(): [LedgerEntry, Blob, File] | null {
    const [id, copy] = [...this.#uncopied].at(-1) ?? [];
    if (id === undefined || !copy) return null;
    this.#uncopied.delete(id);
    const entry = this.#entries.get(id);
    return entry ? [entry, copy.bytes, copy.chosen] : this.#lastUncopied();
  }

  #forget({ id, state, mediaId }: UploadTask): void {
    this.#entries.delete(id);
    this.#uncopied.delete(id);
    this.#toldAt.delete(id);
    this.#handles.delete(id);
    void this.#chain(id, () => this.#ledger.remove(id)).then(async () => {
      if (state === 'processing' && mediaId) this.#tabs.tell({ type: 'stored', id, mediaId });
      const release = await this.#releases.get(id);
      this.#releases.delete(id);
      this.#written.delete(id);
      release?.();
    });
  }

  async #write(entry: LedgerEntry, bytes?: Blob, chosen?: File): Promise<void> {
    const { id } = entry;
    this.#entries.set(id, entry);
    await this.#chain(id, async () => {
      try {
        await this.#ledger.write(entry, bytes);
      } catch (error) {
        if (!bytes) throw error;
        // No room for the bytes: a later page reads the file again, or asks for it.
        await this.#ledger.removeBytes(id);
        await this.#ledger.write(entry);
        const handle = chosen && (await handleOf(chosen));
        if (handle) await this.#ledger.keepHandle(id, handle);
      }
    });
  }

  /** What cannot be written is not kept: the upload itself goes on. */
  #chain(id: string, work: () => Promise<void>): Promise<void> {
    const written = (this.#written.get(id) ?? Promise.resolve()).then(work).catch(() => undefined);
    this.#written.set(id, written);
    return written;
  }

  #hear(message: TabMessage): void {
    const { queue } = this.#options;
    if (message.type === 'added') void this.#look();
    else if (message.type === 'progress') queue.follow(message.id, message.sentBytes);
    else queue.follow(message.id, Infinity, message.mediaId);
  }

  /** Shows what other pages are at, and waits for its turn. */
  async #look(): Promise<void> {
    const { queue, vehicleId } = this.#options;
    const entries = await this.#ledger.list().catch((): LedgerEntry[] => []);
    for (const entry of entries) {
      if (entry.scope !== this.#scope || entry.vehicleId !== vehicleId) continue;
      if (this.#isKnown(entry)) continue;
      const reached = await this.#reached(entry);
      // Another look may have been faster.
      if (this.#isKnown(entry) || this.#stop.signal.aborted) continue;
      queue.watch({ id: entry.id, vehicleId, ...reached });
      void this.#takeOver(entry.id);
    }
  }

  #isKnown({ id }: LedgerEntry): boolean {
    return this.#entries.has(id) || this.#options.queue.tasks.some((task) => task.id === id);
  }

  async #takeOver(id: string): Promise<void> {
    const { queue } = this.#options;
    const { signal } = this.#stop;
    const owned = this.#owners.own(id, signal, false);
    try {
      await owned;
      const entry = await this.#ledger.get(id);
      const reached = entry && (await this.#reached(entry));
      // Closed meanwhile, it is left to others.
      if (entry && reached && !signal.aborted) {
        this.#entries.set(id, entry);
        this.#releases.set(id, owned);
        return queue.takeOver(id, reached, entry.paused);
      }
    } catch {
      // Read too late: the ledger is closed.
    }
    if (!signal.aborted) queue.drop(id);
    await owned.then(
      (release) => release(),
      () => undefined,
    );
  }

  async #reached(entry: LedgerEntry): Promise<Reached> {
    const { chosen, id, prepared, ticketKey, uploadId, mediaId } = entry;
    const { byteSize, name, lastModified } = prepared ?? chosen;
    const kept = await this.#ledger.bytes(id).catch((): null => null);
    const original = kept ? null : await this.#original(entry).catch((): null => null);
    const bytes = kept?.size === byteSize ? kept : null;
    const wrap = (as: string, modified: number): File =>
      new File(bytes ? [bytes] : [], as, { lastModified: modified, type: bytes?.type });
    const file = original ?? wrap(chosen.name, chosen.lastModified);
    const unchanged = prepared?.asChosen && original?.lastModified === chosen.lastModified;
    return {
      file,
      body: prepared && bytes ? wrap(name, lastModified) : file,
      contentType: prepared?.contentType ?? '',
      hash:
        prepared && (bytes || unchanged) ? { md5: prepared.md5, sha256: prepared.sha256 } : null,
      ticketKey,
      ticket: uploadId && mediaId ? (this.#tickets.get(uploadId) ?? { uploadId, mediaId }) : null,
      ticketSha256: prepared?.sha256 ?? null,
      awaited: bytes || original ? null : { byteSize: chosen.byteSize },
    };
  }

  /** The file itself, by the handle of a drop. Null when it cannot be read, or cannot be the one that was chosen. */
  async #original({ id, chosen }: LedgerEntry): Promise<File | null> {
    const handle = await this.#ledger.handle(id);
    if (!handle) return null;
    this.#handles.set(id, handle);
    const file = await readHandle(handle);
    return file?.size === chosen.byteSize ? file : null;
  }

  #entryOf(task: UploadTask, before: LedgerEntry | undefined): LedgerEntry {
    const { body, contentType, file, hash, id, mediaId, state, ticket, ticketKey } = task;
    return {
      id,
      scope: this.#scope,
      vehicleId: task.vehicleId ?? this.#options.vehicleId,
      order: before?.order ?? (this.#order += 1),
      chosen: before?.chosen ?? nameOf(file),
      prepared: hash
        ? { ...nameOf(body), contentType, ...hash, asChosen: body === file }
        : // What the ticket is for.
          ((ticket && before?.prepared) ?? null),
      ticketKey,
      uploadId: ticket?.uploadId ?? null,
      mediaId: ticket?.mediaId ?? mediaId,
      paused: state === 'paused',
      savedAt: Date.now(),
    };
  }
}

function nameOf({ name, size, lastModified }: File): LedgerEntry['chosen'] {
  return { name, byteSize: size, lastModified };
}
