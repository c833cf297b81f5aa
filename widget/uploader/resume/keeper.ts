import type { Request, Ticket } from '../queue/upload-api.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';
import type { Reached, UploadTask } from '../queue/upload-task.ts';
import { ChannelOwners } from './channel-owners.ts';
import { handleOf, readHandle } from './file-handles.ts';
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
  #toldAt = new Map<string, number>();
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
      const large = task.file.size > LARGE_BYTES;
      this.#begin(entry, large ? undefined : task.hash ? task.body : task.file);
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
    const { body, file } = task;
    await this.#write(entry, body === file ? undefined : body);
    if (body === file && file.size > LARGE_BYTES) {
      const handle = await handleOf(file);
      if (handle) void this.#chain(task.id, () => this.#ledger.keepHandle(task.id, handle));
      else void this.#write(entry, body);
    }
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
    const writing = [...this.#written.values()];
    void Promise.allSettled(writing).then(async () => {
      const releases = await Promise.allSettled(this.#releases.values());
      for (const owned of releases) if (owned.status === 'fulfilled') owned.value();
      this.#owners.close();
      this.#ledger.close();
    });
  }

  #begin(entry: LedgerEntry, bytes: Blob | undefined): void {
    const { id } = entry;
    this.#entries.set(id, entry);
    this.#releases.set(id, this.#owners.own(id, this.#stop.signal, true));
    // Without its bytes first: copying them takes time, and a name is better than nothing.
    void this.#write(entry).then(() => this.#tabs.tell({ type: 'added' }));
    if (bytes) void this.#write(entry, bytes);
  }

  #forget({ id, state, mediaId }: UploadTask): void {
    this.#entries.delete(id);
    this.#toldAt.delete(id);
    void this.#chain(id, () => this.#ledger.remove(id)).then(async () => {
      if (state === 'processing' && mediaId) this.#tabs.tell({ type: 'stored', id, mediaId });
      const release = await this.#releases.get(id);
      this.#releases.delete(id);
      this.#written.delete(id);
      release?.();
    });
  }

  async #write(entry: LedgerEntry, bytes?: Blob): Promise<void> {
    this.#entries.set(entry.id, entry);
    await this.#chain(entry.id, async () => {
      try {
        await this.#ledger.write(entry, bytes);
      } catch (error) {
        if (!bytes) throw error;
        // No room for the bytes: a later page asks for the file.
        await this.#ledger.removeBytes(entry.id);
        await this.#ledger.write(entry);
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
    const owned = this.#owners.own(id, this.#stop.signal, false);
    try {
      await owned;
      const entry = await this.#ledger.get(id);
      if (entry) {
        const reached = await this.#reached(entry);
        this.#entries.set(id, entry);
        this.#releases.set(id, owned);
        return queue.takeOver(id, reached, entry.paused);
      }
    } catch {
      if (this.#stop.signal.aborted) return;
    }
    queue.drop(id);
    await owned.then(
      (release) => release(),
      () => undefined,
    );
  }

  async #reached({
    id,
    chosen,
    prepared,
    ticketKey,
    uploadId,
    mediaId,
  }: LedgerEntry): Promise<Reached> {
    const { byteSize, name, lastModified } = prepared ?? chosen;
    const found = await this.#bytes(id).catch((): null => null);
    const bytes = found?.size === byteSize ? found : null;
    const parts = bytes ? [bytes] : [];
    const file = new File(parts, chosen.name, {
      lastModified: chosen.lastModified,
      type: bytes?.type,
    });
    return {
      file,
      body: prepared && bytes ? new File(parts, name, { lastModified, type: bytes.type }) : file,
      contentType: prepared?.contentType ?? '',
      hash: bytes && prepared && { md5: prepared.md5, sha256: prepared.sha256 },
      ticketKey,
      ticket: uploadId && mediaId ? (this.#tickets.get(uploadId) ?? { uploadId, mediaId }) : null,
      awaited: bytes ? null : { byteSize: chosen.byteSize, sha256: prepared?.sha256 ?? null },
    };
  }

  async #bytes(id: string): Promise<Blob | null> {
    const kept = await this.#ledger.bytes(id);
    if (kept) return kept;
    const handle = await this.#ledger.handle(id);
    return handle && readHandle(handle);
  }

  #entryOf(task: UploadTask, before: LedgerEntry | undefined): LedgerEntry {
    const { awaited, body, contentType, file, hash, id, mediaId, state, ticket, ticketKey } = task;
    return {
      id,
      scope: this.#scope,
      vehicleId: task.vehicleId ?? this.#options.vehicleId,
      order: before?.order ?? (this.#order += 1),
      chosen: before?.chosen ?? nameOf(file),
      prepared: hash
        ? { ...nameOf(body), contentType, ...hash }
        : awaited
          ? (before?.prepared ?? null)
          : null,
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
