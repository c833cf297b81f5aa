import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createSite } from '../site/site.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createAfterwards } from './accounts/afterwards.ts';
import { pruneLinks } from './accounts/old-links.ts';
import { pruneAuditEntries } from './accounts/audit.ts';
import { createSessionTokens } from './accounts/session-tokens.ts';
import { createSessions, pruneSessions } from './accounts/sessions.ts';
import { openViewerChanges } from './accounts/viewer-changes.ts';
import { createViewers } from './accounts/viewer.ts';
import { refuseDemoAccount } from './accounts/demo-account.ts';
import type { Config } from './config.ts';
import type { Services } from './context.ts';
import { connectDatabase, type Database } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { checkTenantRoles } from './db/tenant-roles.ts';
import { readElementDocuments } from './documents/element-documents.ts';
import { createTrustedDocuments } from './documents/trusted-documents.ts';
import { openFeed } from './events/feed.ts';
import { pruneEvents } from './events/outbox.ts';
import { armFailpoints } from './failpoint.ts';
import { createGallery } from './gallery/gallery.ts';
import { pruneIdempotencyKeys } from './idempotency/once.ts';
import { createGraphQLServer } from './graphql/graphql-server.ts';
import { allowAllOrigins } from './http/all-origins.ts';
import { closeServer } from './http/close-server.ts';
import { createOpenRequests } from './http/open-requests.ts';
import { createHealth } from './http/health.ts';
import { createOriginCheck } from './http/origins.ts';
import { setSecurityHeaders } from './http/security-headers.ts';
import { createStaticFiles } from './http/static-files.ts';
import { createVehicleManifest } from './http/vehicle-manifest.ts';
import { createApiKeys } from './keys/api-keys.ts';
import { createEmbedKeys } from './keys/embed-keys.ts';
import { createToldOnce } from './keys/told-once.ts';
import { createUploadTokens, pruneUploadTokens } from './keys/upload-tokens.ts';
import { withKeys } from './keys/with-keys.ts';
import type { MailSender } from './mail/mail.ts';
import { createTerminalMail } from './mail/terminal.ts';
import { createImageProcessor } from './media/image-processor.ts';
import { createVideoProcessor } from './media/video-processor.ts';
import { createMediaQueue } from './processing/queue.ts';
import { createRetryMedia } from './processing/retry-media.ts';
import { startMediaWorker } from './processing/worker.ts';
import { createKeptAnswers, VEHICLE_CHANGES_CHANNEL } from './reads/kept-answers.ts';
import { createRateLimits } from './rate-limits/rate-limits.ts';
import { openRedisSignals } from './redis/redis-signals.ts';
import { startReconciler } from './reconcile/reconciler.ts';
import { createDiskEndpoint, UPLOAD_PATH } from './storage/disk-endpoint.ts';
import { createDiskStorage } from './storage/disk.ts';
import type { Storage } from './storage/storage.ts';
import { createUploads } from './uploads/uploads.ts';
import { createVehicles } from './vehicles/vehicles.ts';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const HOURLY_MS = 3_600_000;
/** How long connections without a request are kept when the server stops. */
const LINGER_MS = 1_000;
const HTTP_LIMITS = {
  headersTimeout: 20_000,
  connectionsCheckingInterval: 5_000,
  // Longer than the balancers before it keep a connection that is idle.
  keepAliveTimeout: 65_000,
  // Of the whole request: uploads have a pace of their own, other bodies are cut when late.
  requestTimeout: 0,
};

/** Answers what is its own, resolves to false for the rest. */
type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

export interface App {
  readonly db: Database;
  readonly storage: Storage;
  /** Where browsers reach it; known once it listens. */
  readonly url: string;
  listen(): Promise<void>;
  /** Lets what was begun end, then frees everything. */
  close(): Promise<void>;
}

export interface AppOptions {
  log: Logger;
  /** Runs once the tables are there, before the first request. */
  seed?(db: Database, storage: Storage): Promise<void>;
  /** Shown on the log-in page. */
  demoAccount?: { email: string; password: string } | null;
  /** Instead of the one of the configuration. */
  mail?: MailSender;
  /** How long what comes is still answered when the server stops; a second unless given. */
  lingerMs?: number;
}

/** Builds every part in one place and mounts the routes. */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { log } = options;
  if (config.failpoints.length > 0) armFailpoints(config.failpoints);
  let publicUrl = config.publicUrl ?? '';
  const https = (): boolean => publicUrl.startsWith('https:');
  const { redisUrl } = config;
  const signals = redisUrl === null ? null : await openRedisSignals(redisUrl, log);
  const db = await connectDatabase(config.database, log, signals);
  const applied = await migrate(db.pool);
  if (applied.length > 0) log.info({ migrations: applied }, 'the database is migrated');
  await checkTenantRoles(db.pool);

  if (config.production) await refuseDemoAccount(db.prisma);

  const { storage, endpoint } = await openStorage(config, () => publicUrl, log);
  await options.seed?.(db, storage);
  // Finds out what the store can do; one that is down is no reason not to serve what is known.
  storage.check().catch((error: unknown) => log.warn({ err: error }, 'storage does not answer'));

  const sessions = createSessions(
    db,
    createSessionTokens(config.appSecret, config.previousAppSecrets),
    config.sessionTtlSeconds,
  );
  const afterwards = createAfterwards(log);
  const mail = options.mail ?? (await openMail(config.mail));
  const viewerChanges = await openViewerChanges(db);
  const feed = await openFeed(db, log, config.appSecret);
  const queue = createMediaQueue(db);
  const uploads = createUploads(db, storage, config.uploads, log);
  const toldOnce = createToldOnce(config.appSecret);
  const apiKeys = createApiKeys(db, toldOnce);
  const embedKeys = createEmbedKeys(db, viewerChanges);
  const uploadTokens = createUploadTokens(db, toldOnce);
  const viewers = withKeys(createViewers(db.prisma, sessions, config.defaultDealership), {
    apiKeys,
    embedKeys,
    uploadTokens,
  });
  const keptAnswers = createKeptAnswers(config.answerCacheBytes);
  const stopTelling = await db.listen(VEHICLE_CHANGES_CHANNEL, keptAnswers.drop);
  const rateLimits = await createRateLimits({ rules: config.rateLimits, redisUrl, log });
  const services: Services = {
    tenants: db,
    rateLimits,
    storage,
    feed,
    uploads,
    limits: config.uploads,
    accounts: createAccounts({
      prisma: db.prisma,
      asTenant: db.asTenant,
      sessions,
      afterwards,
      rateLimits,
      post: { sender: mail, publicUrl: () => publicUrl },
      signUpOpen: config.signUpOpen,
      reservedSlug: config.defaultDealership,
    }),
    viewerChanges,
    stillMay: viewers.stillMay,
    apiKeys,
    embedKeys,
    uploadTokens,
    trustedDocuments: createTrustedDocuments(db, readElementDocuments),
    vehicles: createVehicles(db),
    gallery: createGallery(db, config.uploads),
    retryMedia: createRetryMedia(db, config.uploads),
  };
  const graphql = createGraphQLServer({
    services,
    viewers,
    mayUseToken: createOriginCheck(config.staffOrigins, () => publicUrl),
    trustedProxies: config.trustedProxies,
    maxStreamsPerAddress: config.maxStreamsPerAddress,
    graphiql: config.graphiql,
    introspection: config.introspection,
    keptAnswers,
    https,
    log,
  });
  const processing = {
    ...config.media,
    concurrency: Math.max(1, config.media.concurrency),
    log,
  };
  const processor = createImageProcessor(processing);
  const videoProcessor = createVideoProcessor(processing);
  const worker = await startMediaWorker({
    db,
    storage,
    queue,
    processor,
    videoProcessor,
    concurrency: config.media.concurrency,
    leaseSeconds: config.media.leaseSeconds,
    log,
  });

  let draining = false;
  const openRequests = createOpenRequests();
  let handlers: Handler[] = [];
  const server = createServer(HTTP_LIMITS, (req, res) => void route(req, res));
  server.maxHeadersCount = 100;
  server.maxRequestsPerSocket = 10_000;
  const sockets = graphql.acceptWebSockets(server);

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (draining) res.setHeader('connection', 'close');
    openRequests.add(res, req.url?.startsWith(UPLOAD_PATH) ? 'any time' : 'soon');
    const isGraphQL = req.url?.split('?')[0] === '/graphql';
    try {
      if (isGraphQL) return await graphql.handle(req, res);
      setSecurityHeaders(req, res, https());
      for (const handler of handlers) if (await handler(req, res)) return;
      res
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('There is nothing here.');
    } catch (error) {
      log.error({ err: error, url: req.url }, 'a request failed');
      if (!res.headersSent) {
        setSecurityHeaders(req, res, https());
        if (isGraphQL) allowAllOrigins(res);
        res.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      }
      res.end();
    }
  }

  const reconciler = startReconciler({
    db,
    storage,
    uploads,
    times: config.housekeeping,
    log,
  });
  const housekeeping = setInterval(() => void keepHouse(), HOURLY_MS);
  housekeeping.unref();
  void keepHouse();
  async function keepHouse(): Promise<void> {
    try {
      await pruneEvents(db.pool, config.events.retentionDays);
      await pruneIdempotencyKeys(db.pool);
      await pruneUploadTokens(db.pool);
      await pruneSessions(db.pool);
      await pruneLinks(db.pool);
      await pruneAuditEntries(db.pool, config.auditRetentionDays);
    } catch (error) {
      log.warn({ err: error }, 'housekeeping failed; it runs again within the hour');
    }
  }

  return {
    db,
    storage,
    get url() {
      return publicUrl;
    },

    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, resolve);
      });
      if (!config.publicUrl)
        publicUrl = `http://${hostForUrl(config.host)}:${(server.address() as AddressInfo).port}`;
      const site = createSite({
        execute: (document, variables) => graphql.execute(document, variables),
        demoAccount: options.demoAccount ?? null,
        signUpOpen: config.signUpOpen,
        assetsDir: `${DIST}site`,
        publicUrl,
        imageOrigins: storage.origins,
        uploadOrigins: storage.origins,
      });
      handlers = [
        createHealth({
          checks: {
            database: (signal) => db.check(signal),
            storage: (signal) => storage.check(signal),
          },
          draining: () => draining,
        }),
        ...(endpoint ? [endpoint] : []),
        createVehicleManifest({ execute: graphql.execute }),
        createStaticFiles('/embed/', `${DIST}embed`),
        site,
      ];
    },

    async close() {
      draining = true;
      for (const res of openRequests.answers())
        if (!res.headersSent) res.setHeader('connection', 'close');
      clearInterval(housekeeping);
      await Promise.all([
        closeServer(server, options.lingerMs ?? LINGER_MS),
        feed.close().then(() => sockets.close()),
        // What waits for a store that does not answer does so beside the others.
        reconciler.close(),
        worker.close(),
      ]);
      await Promise.all([
        processor.close(),
        videoProcessor.close(),
        afterwards.settled(),
        viewerChanges.close(),
        stopTelling(),
      ]);
      openRequests.close();
      await rateLimits.close();
      await mail?.close();
      await storage.close();
      await db.close();
      signals?.close();
    },
  };
}

/** The storage of the configuration, with the routes that its driver needs. */
export async function openStorage(
  config: Config,
  publicUrl: () => string,
  log: Logger,
): Promise<{ storage: Storage; endpoint: Handler | null }> {
  if (config.storage.driver === 's3') {
    // The SDK takes a second to load; whoever keeps files on disk does without.
    // Its versions are pinned: what it says of later ones is nothing an operator can act on.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const { createS3Storage } = await import('./storage/s3.ts');
    const { region, bucket, forcePathStyle, endpoint, credentials, mediaBaseUrl } = config.storage;
    const storage = createS3Storage({
      region,
      bucket,
      forcePathStyle,
      ...(endpoint && { endpoint }),
      ...(credentials && { credentials }),
      ...(mediaBaseUrl && { mediaBaseUrl }),
    });
    return { storage, endpoint: null };
  }
  const storage = createDiskStorage({
    dir: config.storage.dir,
    publicUrl,
    secret: config.appSecret,
    log,
  });
  return { storage, endpoint: createDiskEndpoint(storage, { log }) };
}

async function openMail(config: Config['mail']): Promise<MailSender | null> {
  if (config?.kind !== 'smtp') return config && createTerminalMail();
  const { createSmtpMail } = await import('./mail/smtp.ts');
  return createSmtpMail(config);
}

function hostForUrl(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
