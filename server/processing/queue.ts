import type { Database } from '../db/database.ts';

/** NOTIFY channel of a trigger of the table. */
const WAKE_UP_CHANNEL = 'forecourt_media_jobs';

/** One version of one media that waits for its renditions. */
export interface MediaJob {
  id: string;
  dealershipId: string;
  vehicleId: string;
  mediaId: string;
  version: number;
  /** Whether it is the poster of a video. */
  poster: boolean;
  /** Whether its renditions are there already: only the original is to be kept. */
  rendered: boolean;
  sourceKey: string;
  /** Hex. */
  sha256: string;
  fileName: string;
  contentType: string;
  byteSize: bigint;
  /** This one counted. */
  attempts: number;
}

/**
 * Work shared by any number of processes through the database: a lease says
 * who has a job, and whoever dies loses it when the lease ends.
 */
export interface MediaQueue {
  /** Takes the oldest job that nobody has. */
  take(leaseSeconds: number): Promise<MediaJob | null>;
  /** Lengthens the lease; does nothing when another worker has taken the job meanwhile. */
  renew(job: MediaJob, leaseSeconds: number): Promise<void>;
  /**
   * Gives a job back, to be taken after a while. An attempt that is `returned` does not count.
   * Does nothing when another worker has taken the job meanwhile.
   */
  release(job: MediaJob, afterSeconds: number, attempt: 'counts' | 'returned'): Promise<void>;
  /** When the next job can be taken, in milliseconds from now; null when none waits. */
  nextInMilliseconds(): Promise<number | null>;
  /**
   * Calls back now, and whenever there may be a new job, whichever process brought it.
   * @returns a function that stops it.
   */
  onJob(listener: () => void): Promise<() => Promise<void>>;
}

export function createMediaQueue(db: Pick<Database, 'pool' | 'listen'>): MediaQueue {
  const { pool } = db;
  return {
    async take(leaseSeconds) {
      const { rows } = await pool.query<Omit<MediaJob, 'byteSize'> & { byteSize: string }>({
        name: 'media-job-take',
        text: `with next as (
            select id from media_jobs
            where available_at <= now() and (lease_expires_at is null or lease_expires_at <= now())
            order by available_at, id limit 1 for update skip locked
          )
          update media_jobs job
          set attempts = attempts + 1, lease_expires_at = now() + make_interval(secs => $1)
          from next, media
          where job.id = next.id and media.dealership_id = job.dealership_id and media.id = job.media_id
          returning job.id, job.dealership_id "dealershipId", media.vehicle_id "vehicleId", job.media_id "mediaId",
            job.version, job.poster, job.rendered, source_key "sourceKey", sha256, file_name "fileName", content_type "contentType",
            byte_size "byteSize", attempts`,
        values: [leaseSeconds],
      });
      const row = rows[0];
      return row ? { ...row, byteSize: BigInt(row.byteSize) } : null;
    },

    async renew(job, leaseSeconds) {
      await pool.query({
        name: 'media-job-renew',
        text: `update media_jobs set lease_expires_at = now() + make_interval(secs => $3)
          where id = $1 and attempts = $2 and lease_expires_at is not null`,
        values: [job.id, job.attempts, leaseSeconds],
      });
    },

    async release(job, afterSeconds, attempt) {
      await pool.query(
        `update media_jobs set lease_expires_at = null, available_at = now() + make_interval(secs => $3), attempts = $4
          where id = $1 and attempts = $2`,
        [job.id, job.attempts, afterSeconds, job.attempts - (attempt === 'returned' ? 1 : 0)],
      );
    },

    async nextInMilliseconds() {
      const { rows } = await pool.query<{ wait: number | null }>({
        name: 'media-job-next',
        text: `select (extract(epoch from min(greatest(available_at, coalesce(lease_expires_at, available_at))) - now()) * 1000)::float8 wait
          from media_jobs`,
      });
      const wait = rows[0]?.wait ?? null;
      return wait === null ? null : Math.max(0, wait);
    },

    onJob: (listener) => db.listen(WAKE_UP_CHANNEL, listener),
  };
}
