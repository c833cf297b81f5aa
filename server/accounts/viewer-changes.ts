import type { Prisma } from '../../generated/prisma/client.ts';
import type { Database } from '../db/database.ts';

const CHANNEL = 'forecourt_viewer_changes';

/**
 * Whose rights changed. What is absent is not narrowed down: `{ userId }` is
 * every session of that person. Ids alone: what they may still do is asked of the database.
 */
export interface ViewerChange {
  dealershipId?: string;
  userId?: string;
  sessionId?: string;
  /** Of an API key, an embed key or an upload token. */
  keyId?: string;
}

/** Tells every process, once the transaction is committed, that what a viewer may do has changed. */
export async function tellViewerChange(
  tx: Prisma.TransactionClient,
  change: ViewerChange,
): Promise<void> {
  await tx.$executeRaw`select pg_notify(${CHANNEL}, ${JSON.stringify(change)})`;
}

/** Whether a change may be about a viewer: all that it names is the viewer's. */
export function concerns(change: ViewerChange, viewer: object): boolean {
  const facts = viewer as Readonly<Record<string, unknown>>;
  return Object.entries(change).every(([name, id]) => facts[name] === id);
}

/** Sessions revoked, roles changed, members removed, keys revoked: in this process or in any other. */
export interface ViewerChanges {
  /**
   * Calls back with each change from now on, and with `{}` when some may have been missed: everybody's
   * rights are to be looked at then.
   * @returns a function that stops it.
   */
  onChange(callback: (change: ViewerChange) => void): () => void;
  close(): Promise<void>;
}

export async function openViewerChanges(db: Database): Promise<ViewerChanges> {
  const callbacks = new Set<(change: ViewerChange) => void>();
  const stop = await db.listen(CHANNEL, (payload) => {
    const change = payload === '' ? {} : (JSON.parse(payload) as ViewerChange);
    for (const callback of callbacks) callback(change);
  });
  return {
    onChange(callback) {
      const call = (change: ViewerChange) => callback(change);
      callbacks.add(call);
      return () => callbacks.delete(call);
    },
    close: stop,
  };
}
