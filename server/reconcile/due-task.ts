import type { Pool } from 'pg';

/**
 * Whether this server is to do a task now: of all servers, one in every
 * `everySeconds`, by the clock of the database. One that dies over it leaves
 * the task to whoever asks after that time, so a task has to bear being cut
 * off, and being overtaken by the next when it takes long. A time that is more
 * than a tenth too far away is of somebody who was told to do it less often.
 */
export async function takeDueTask(
  pool: Pool,
  name: string,
  everySeconds: number,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'housekeeping-take',
    text: `insert into housekeeping_tasks as task (name, next_at) values ($1, now() + make_interval(secs => $2))
      on conflict (name) do update set next_at = excluded.next_at
      where task.next_at <= now() or task.next_at > excluded.next_at + make_interval(secs => $2 * 0.1)`,
    values: [name, everySeconds],
  });
  return rowCount === 1;
}
