import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { v7 as uuid } from 'uuid';
import { demoAccount, seedDemo } from '../demo/seed.ts';
import { hashPassword } from '../server/accounts/passwords.ts';
import { createApp, type App } from '../server/app.ts';
import { loadConfig, type Config } from '../server/config.ts';
import { createLog } from '../server/log.ts';
import type { Mail } from '../server/mail/mail.ts';
import type { Role } from '../generated/prisma/enums.ts';
import { encodeId } from '../server/node-id.ts';
import { GraphQLClient } from './graphql-client.ts';
import { freshDatabase } from './database.ts';
import { linesWithSecrets, noteSecrets } from './secret-watch.ts';

export interface TestServer {
  readonly app: App;
  readonly url: string;
  /** What it has sent. */
  readonly mails: readonly Mail[];
  /** Nobody in particular. */
  readonly visitor: GraphQLClient;
  /** A dealership with one member; the public one of the server is `north`. */
  dealership(slug: string, role?: Role): Promise<TestDealership>;
  /** Everything that it has logged. */
  log(): string;
  /** Rejects when the server's log says a secret that a client has sent or got. */
  stop(): Promise<void>;
}

export interface TestDealership {
  /** Not the global id, but the row's. */
  uuid: string;
  id: string;
  email: string;
  password: string;
  token: string;
  staff: GraphQLClient;
}

/** Slug of the dealership that visitors of a test server see. */
export const PUBLIC_DEALERSHIP = 'north';

export interface TestServerOptions {
  /** With the vehicles and the account of the demo. */
  demo?: boolean;
  env?: Record<string, string>;
  change?(config: Config): Config;
  /** How long it answers when it is stopped; not at all unless given. */
  lingerMs?: number;
}

let passwordHash: Promise<string> | null = null;
const PASSWORD = 'correct horse battery';
/** What a test server derives its keys from. */
export const SECRET = 'a secret of thirty-two characters or more';

/** The whole server on a fresh database and a fresh folder, on a port of the system's choice. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'forecourt-test-'));
  const database = await freshDatabase();
  const loaded = loadConfig({
    NODE_ENV: 'test',
    // A test looks through what was logged; what runs for long would only keep it.
    LOG_LEVEL: process.env.VITEST ? 'trace' : 'silent',
    PORT: '0',
    DATA_DIR: dataDir,
    APP_SECRET: SECRET,
    DEFAULT_DEALERSHIP: options.demo ? 'demo-motors' : PUBLIC_DEALERSHIP,
    MEDIA_CONCURRENCY: '1',
    ...options.env,
  });
  const logged: string[] = [];
  noteSecrets({ secret: SECRET });
  const config = { ...loaded, database: database.config };
  const mails: Mail[] = [];
  async function keep(mail: Mail): Promise<void> {
    mails.push(mail);
    noteSecrets({ token: /#token=(\S+)/.exec(mail.text)?.[1] });
  }
  const changed = options.change?.(config) ?? config;
  const app = await createApp(changed, {
    lingerMs: options.lingerMs ?? 0,
    ...(changed.mail?.kind === 'terminal' && {
      mail: { send: keep, close: async () => {} },
    }),
    log: createLog(loaded.logLevel, { write: (line) => void logged.push(line) }),
    ...(options.demo && { seed: seedDemo, demoAccount }),
  });
  await app.listen();
  const { prisma } = app.db;

  return {
    app,
    url: app.url,
    mails,
    visitor: new GraphQLClient(app.url),

    async dealership(slug, role = 'OWNER') {
      passwordHash ??= hashPassword(PASSWORD);
      const dealershipId = uuid();
      const userId = uuid();
      const email = `${slug}-${role.toLowerCase()}@dealership.example`;
      await prisma.dealership.upsert({
        where: { slug },
        create: { id: dealershipId, slug, name: `Dealership ${slug}` },
        update: {},
      });
      const { id } = await prisma.dealership.findUniqueOrThrow({
        where: { slug },
        select: { id: true },
      });
      await prisma.user.create({
        data: { id: userId, email, name: slug, passwordHash: await passwordHash },
      });
      await prisma.membership.create({ data: { dealershipId: id, userId, role } });
      const { logIn } = await new GraphQLClient(app.url).expect<{
        logIn: { session: { token: string } };
      }>(
        `mutation ($email: String!, $password: String!) {
          logIn(input: { email: $email, password: $password }) { session { token } }
        }`,
        { email, password: PASSWORD },
      );
      const { token } = logIn.session;
      return {
        uuid: id,
        id: encodeId('Dealership', id),
        email,
        password: PASSWORD,
        token,
        staff: new GraphQLClient(app.url, token),
      };
    },

    log: () => logged.join(''),

    async stop() {
      await app.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
      const leaks = linesWithSecrets(logged.join(''));
      if (leaks.length > 0) throw new Error(`The log says secrets:\n${leaks.join('\n')}`);
    },
  };
}
