import { existsSync } from 'node:fs';
import { demoAccount, seedDemo } from '../demo/seed.ts';
import { openStorage } from '../server/app.ts';
import { ConfigError } from '../server/config-error.ts';
import { loadConfig } from '../server/config.ts';
import { DatabaseError } from '../server/db/database-error.ts';
import { connectDatabase } from '../server/db/database.ts';
import { migrate } from '../server/db/migrate.ts';
import { createLog } from '../server/log.ts';

/** Puts the demo dealership into the database and the storage that a server here would use. */
async function seed(): Promise<void> {
  // As if it had been asked for at a start: refused where that is.
  const config = loadConfig({ ...process.env, SEED_DEMO: 'true' });
  const log = createLog(config.logLevel);
  const db = await connectDatabase(config.database, log);
  try {
    await migrate(db.pool);
    const { storage } = await openStorage(config, () => '', log);
    await seedDemo(db, storage).finally(() => storage.close());
  } finally {
    await db.close();
  }
  console.log(
    `Demo Motors is there: log in as ${demoAccount.email}, password ${demoAccount.password}. ` +
      'Visitors see it where DEFAULT_DEALERSHIP=demo-motors.',
  );
}

if (existsSync('.env')) process.loadEnvFile('.env');
try {
  await seed();
} catch (error) {
  // What the operator can mend is a sentence; anything else is a crash with its stack.
  const mendable = error instanceof ConfigError || error instanceof DatabaseError;
  console.error(mendable ? error.message : error);
  process.exitCode = 1;
}
