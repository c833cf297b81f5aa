import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { DATABASE } from './database-name.ts';

/** Older entries are of uploads that nobody came back for: milliseconds. */
const STALE_MS = 7 * 24 * 3_600_000;

/** A file without its bytes. */
interface FileName {
  readonly name: string;
  readonly byteSize: number;
  readonly lastModified: number;
}

/** One upload, as a later page needs it to go on. */
export interface LedgerEntry {
  readonly id: string;
  /** Endpoint and person: nobody else goes on with it. */
  readonly scope: string;
  readonly vehicleId: string;
  /** Lower was chosen first. */
  readonly order: number;
  readonly chosen: FileName;
  /** What is sent, once it is known. */
  readonly prepared:
    | (FileName & {
        readonly contentType: string;
        readonly md5: string;
        readonly sha256: string;
        /** These are the very bytes that were chosen. */
        readonly asChosen?: boolean;
      })
    | null;
  readonly ticketKey: string;
  readonly uploadId: string | null;
  readonly mediaId: string | null;
  readonly paused: boolean;
  /** By this machine's clock, in milliseconds. */
  readonly savedAt: number;
}

interface Schema extends DBSchema {
  entries: { key: string; value: LedgerEntry };
  /** The bytes that are sent, or those that were chosen while there are no others. */
  bytes: { key: string; value: Blob };
  handles: { key: string; value: FileSystemFileHandle };
}

const stores = ['entries', 'bytes', 'handles'] as const;

/** Uploads that outlive their page, in IndexedDB. Everything rejects where the browser forbids that. */
export class Ledger {
  #database: IDBPDatabase<Schema>;

  static async open(): Promise<Ledger> {
    const database = await openDB<Schema>(DATABASE, 1, {
      upgrade: (db) => {
        db.createObjectStore('entries', { keyPath: 'id' });
        db.createObjectStore('bytes');
        db.createObjectStore('handles');
      },
      // A later version of the element on another page wants to change it.
      blocking: () => database.close(),
    });
    return new Ledger(database);
  }

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** Of everybody, in the order they were chosen. Those that nobody came back for are removed first. */
  async list(): Promise<LedgerEntry[]> {
    const entries = await this.#database.getAll('entries');
    const stale = entries.filter(({ savedAt }) => Date.now() - savedAt > STALE_MS);
    for (const { id } of stale) await this.remove(id);
    return entries.filter((entry) => !stale.includes(entry)).sort((a, b) => a.order - b.order);
  }

  get(id: string): Promise<LedgerEntry | undefined> {
    return this.#database.get('entries', id);
  }

  /** The bytes of an upload; null where there are none. */
  async bytes(id: string): Promise<Blob | null> {
    return (await this.#database.get('bytes', id)) ?? null;
  }

  async handle(id: string): Promise<FileSystemFileHandle | null> {
    return (await this.#database.get('handles', id)) ?? null;
  }

  /** Writes an entry, with bytes in place of those before when they are given: both or nothing. */
  async write(entry: LedgerEntry, bytes?: Blob): Promise<void> {
    if (!bytes) return void (await this.#database.put('entries', entry));
    const transaction = this.#database.transaction(['entries', 'bytes'], 'readwrite');
    await Promise.all([
      transaction.objectStore('entries').put(entry),
      transaction.objectStore('bytes').put(bytes, entry.id),
      transaction.done,
    ]);
  }

  async keepHandle(id: string, handle: FileSystemFileHandle): Promise<void> {
    await this.#database.put('handles', handle, id);
  }

  /** The bytes that were chosen are not those that will be sent. */
  async removeBytes(id: string): Promise<void> {
    const transaction = this.#database.transaction(['bytes', 'handles'], 'readwrite');
    await Promise.all([
      transaction.objectStore('bytes').delete(id),
      transaction.objectStore('handles').delete(id),
      transaction.done,
    ]);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.#database.transaction(stores, 'readwrite');
    await Promise.all([
      ...stores.map((store) => transaction.objectStore(store).delete(id)),
      transaction.done,
    ]);
  }

  close(): void {
    this.#database.close();
  }
}
