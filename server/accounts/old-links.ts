import type { Pool } from 'pg';

/** Forgets invitations and links to new passwords that ended long ago. */
export async function pruneLinks(pool: Pool): Promise<void> {
  await pool.query("delete from invitations where expires_at < now() - interval '30 days'");
  await pool.query("delete from password_resets where expires_at < now() - interval '1 day'");
}
