import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { ownsStore, OWNER_KEY } from '../objects/store-owner.ts';
import { purgeMedia } from '../objects/purge-media.ts';
import { sweepObjects } from '../objects/sweep-objects.ts';
import type { Storage } from '../storage/storage.ts';
import type { Uploads } from '../uploads/uploads.ts';
import { takeDueTask } from './due-task.ts';

export interface ReconcilerTimes {
  /** Between two looks at open uploads, in seconds. */
  everySeconds: number;
  /** Between two looks at everything that is stored. */
  sweepEverySeconds: number;
  /** How long an object is nobody's before it is deleted. */
  orphanGraceSeconds: number;
}

export interface ReconcilerOptions {
  db: Database;
  storage: Storage;
  uploads: Uploads;
  times: ReconcilerTimes;
  log: Logger;
}

/**
 * Brings what clients and servers left half done to an end, with nobody's help:
 * uploads whose bytes are there are completed, others expire; what is past its
 * time is removed. Any number of servers may run one.
 */
export interface Reconciler {
  /** Resolves when what was begun has ended. */
  close(): Promise<void>;
}

/** The next look is taken a little early rather than a whole round late. */
const EARLY = 0.9;
const MAX_FIRST_WAIT_SECONDS = 60;

export function startReconciler({
  db,
  storage,
  uploads,
  times,
  log,
}: ReconcilerOptions): Reconciler {
  const tasks = [
    {
      name: 'uploads',
      everySeconds: times.everySeconds,
      firstSeconds: 0,
      async run() {
        try {
          const adopted = await uploads.adopt();
          if (adopted > 0) log.info({ adopted }, 'uploads whose clients had gone were completed');
        } finally {
          if (!closed) await uploads.expire();
        }
      },
    },
    {
      name: 'sweep',
      everySeconds: times.sweepEverySeconds,
      // A start is busy enough.
      firstSeconds: Math.min(times.sweepEverySeconds, MAX_FIRST_WAIT_SECONDS),
      async run() {
        const media = await purgeMedia(db);
        if (!(await ownsStore(db.prisma, storage))) {
          log.error(
            `the files in storage belong to another database, or to this one before it was restored: none is deleted. If they are this one's, delete the object ${OWNER_KEY}.`,
          );
          return;
        }
        const objects = await sweepObjects(db.prisma, storage, times.orphanGraceSeconds);
        if (media + objects > 0) log.info({ media, objects }, 'what nobody needs was removed');
      },
    },
  ];
  const running = new Map<string, Promise<void>>();
  let closed = false;

  function look({ name, everySeconds, run }: (typeof tasks)[number]): void {
    if (closed || running.has(name)) return;
    const work = takeDueTask(db.pool, name, everySeconds * EARLY)
      .then((due) => (due ? run() : undefined))
      .catch((error: unknown) => {
        if (!closed) log.warn({ err: error, task: name }, 'housekeeping broke off; it runs again');
      })
      .finally(() => running.delete(name));
    running.set(name, work);
  }

  const timers = tasks.flatMap((task) => [
    setTimeout(look, task.firstSeconds * 1_000, task).unref(),
    setInterval(look, task.everySeconds * 1_000, task).unref(),
  ]);

  return {
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
