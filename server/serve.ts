import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { demoAccount, seedDemo } from '../demo/seed.ts';
import { createApp, type App } from './app.ts';
import { ConfigError } from './config-error.ts';
import { loadConfig, type Config } from './config.ts';
import { DatabaseError } from './db/database-error.ts';
import { createLog } from './log.ts';

/** A terminal signals the whole group, and npm passes on what it got: both are one wish. */
const SAME_WISH_MS = 1_000;

/**
 * Runs the server as this process, until a signal stops it.
 *
 * @param built resolves when the pages are in `dist/`; nothing is served before.
 */
export async function serve(built: Promise<void> = Promise.resolve()): Promise<void> {
  // Whoever fails first is reported, by the await below.
  built.catch(() => {});
  await run(async (app, config, log) => {
    await built;
    await app.listen();
    log.info({ address: app.url }, 'listening');
    if (config.seedDemo) console.log(greeting(app.url));
  });
}

/** Prepares media as this process, and takes no requests, until a signal stops it or its parent is gone. */
export async function work(): Promise<void> {
  await run(async (_, config, log) => {
    log.info({ concurrency: config.media.concurrency }, 'taking media to prepare');
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.send?.('ready');
  });
}

async function run(begin: (app: App, config: Config, log: Logger) => Promise<void>): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = configOrExit();
  const log = createLog(config.logLevel);
  try {
    const app = await createApp(config, {
      log,
      ...(config.seedDemo && { seed: seedDemo, demoAccount }),
    });
    stopOnSignal(app, log);
    // Its log has said why. Whoever supervises the process starts another.
    void app.db.ended.then(() => process.exit(1));
    await begin(app, config, log);
  } catch (error) {
    fail(error, config);
  }
}

function stopOnSignal(app: App, log: Logger): void {
  let since: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (since !== undefined) {
      if (performance.now() - since < SAME_WISH_MS) return;
      log.warn({ signal }, 'stopped at once: it was asked for again');
      process.exit(1);
    }
    since = performance.now();
    log.info({ signal }, 'stopping: open requests are finished first');
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'the server did not stop cleanly');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}

function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    return fail(error);
  }
}

/** What the operator can mend is a sentence; anything else is a crash with its stack. */
function fail(error: unknown, config?: Config): never {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError || error instanceof DatabaseError) {
    console.error(error.message);
  } else if (code === 'EADDRINUSE' && config) {
    console.error(
      `Port ${config.port} is taken by another program. Stop it, or choose another with PORT=${config.port + 1}.`,
    );
  } else {
    console.error(error);
  }
  process.exit(1);
}

function greeting(url: string): string {
  return `
  Forecourt is running.

  Showroom   ${url}/
  Staff      ${url}/staff      ${demoAccount.email} · ${demoAccount.password}
  GraphQL    ${url}/graphql

  Stop with Ctrl+C.
`;
}
