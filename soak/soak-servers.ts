import { createSessionTokens } from '../server/accounts/session-tokens.ts';
import { createSessions } from '../server/accounts/sessions.ts';
import { createApp, type App } from '../server/app.ts';
import type { Config } from '../server/config.ts';
import type { Database } from '../server/db/database.ts';
import { createLog } from '../server/log.ts';
import { GraphQLClient, type GraphQLAnswer } from '../test/graphql-client.ts';
import { startServer } from '../test/server.ts';
import { post } from './graphql-post.ts';
import { openDealership, type OwnedDealership } from './owned-dealership.ts';

/** Servers on one database and one store: two on Postgres, one on the embedded database. */
export interface SoakServers {
  readonly engine: 'postgres' | 'embedded';
  /** On this machine. */
  readonly ports: readonly number[];
  readonly config: Config;
  readonly db: Database;
  /** How often a request was sent once more because the server was busy. */
  readonly sentAgain: number;
  /** A dealership of its own, with one owner, who is logged in. */
  dealership(): Promise<SoakDealership>;
  stop(): Promise<void>;
}

export interface SoakDealership extends OwnedDealership {
  readonly client: GraphQLClient;
  /** To each server in turn, until there is an answer; null when there is none. */
  send(query: string, variables: Record<string, unknown>, turn: number): Promise<Answer>;
}

export type Answer = GraphQLAnswer<unknown> | null;

/** So often, then it is an answer that none comes. */
const TRIES = 50;
const RETRY_AFTER_MS = 1_000;

/** Whether the server asks to send the request again, with the same key. */
export function isBusy(answer: Answer): boolean {
  return Boolean(
    answer?.errors?.some(({ extensions }) => extensions?.code === 'SERVICE_UNAVAILABLE'),
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
}

/** What may be done twice, until the server is not too busy for it. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    try {
      return await work();
    } catch (error) {
      console.error('tried again', error);
      await pause();
    }
  }
  return work();
}

/** Nobody prepares media, completes uploads or keeps house: rows change by requests alone, however many. */
const STILL = {
  RATE_LIMITS: 'off',
  MEDIA_CONCURRENCY: '0',
  UPLOAD_ADOPT_SECONDS: '604800',
  HOUSEKEEPING_SECONDS: '3600',
};

export async function startSoakServers(env: Record<string, string> = {}): Promise<SoakServers> {
  let config: Config | undefined;
  const first = await startServer({
    env: { ...STILL, ...env },
    change: (loaded) => (config = loaded),
  });
  if (!config) throw new Error('The server started without a configuration.');
  const { appSecret, database, logLevel, sessionTtlSeconds } = config;
  const apps: App[] = [first.app];
  if (database.kind === 'postgres') {
    const second = await createApp(config, { log: createLog(logLevel) });
    await second.listen();
    apps.push(second);
  }
  const ports = apps.map(({ url }) => Number(new URL(url).port));
  const { db } = first.app;
  const sessions = createSessions(db, createSessionTokens(appSecret), sessionTtlSeconds);

  let sentAgain = 0;

  return {
    engine: database.kind,
    ports,
    config,
    db,
    get sentAgain() {
      return sentAgain;
    },

    async dealership() {
      const owned = await openDealership(db, sessions);
      const { token } = owned;
      return {
        ...owned,
        client: new GraphQLClient(first.url, token),
        async send(query, variables, turn) {
          const message = { port: ports[turn % ports.length] as number, token, query, variables };
          let answer = await post(message);
          for (let tries = 1; tries < TRIES && (!answer || isBusy(answer)); tries += 1) {
            await pause();
            sentAgain += 1;
            answer = await post(message);
          }
          return answer;
        },
      };
    },

    async stop() {
      for (const app of apps.slice(1)) await app.close();
      await first.stop();
    },
  };
}
