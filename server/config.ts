import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { BlockList } from 'node:net';
import path from 'node:path';
import { ConfigError } from './config-error.ts';
import { EnvReader } from './env-reader.ts';
import { parseTrustedProxies, type TrustedProxies } from './http/client-address.ts';
import { parseOrigins } from './http/origins.ts';
import { DEFAULT_RATE_LIMITS, parseRateLimits, type RateLimitRules } from './rate-limits/rules.ts';
import { parseFailpoints, type ArmedFailpoint } from './failpoint.ts';

export interface S3Config {
  driver: 's3';
  endpoint: string | null;
  region: string;
  bucket: string;
  /** Null: the SDK's default chain (instance role, profile, …). */
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | null;
  forcePathStyle: boolean;
  /** A CDN in front of the renditions. */
  mediaBaseUrl: string | null;
}

export interface DiskConfig {
  driver: 'disk';
  dir: string;
}

export interface Config {
  production: boolean;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Where browsers reach this server; null until it listens means http://localhost:{port}. */
  publicUrl: string | null;
  logLevel: string;
  dataDir: string;
  /** 32 bytes or more; every key of the server is derived from it. */
  appSecret: Uint8Array;
  /** Secrets of before: what people carry that was signed with them is good until its time. */
  previousAppSecrets: readonly Uint8Array[];
  database:
    | { kind: 'postgres'; url: string; poolSize: number }
    | { kind: 'embedded'; dataDir: string };
  storage: S3Config | DiskConfig;
  uploads: {
    /** Life of a ticket, in seconds. */
    ttlSeconds: number;
    /** Life of a presigned URL, in seconds. */
    urlTtlSeconds: number;
    /** How long bytes lie there before the server completes what its client did not. */
    adoptSeconds: number;
    maxImageBytes: number;
    maxVideoBytes: number;
    maxMediaPerVehicle: number;
    maxBytesPerVehicle: number;
    /** Null: no limit. */
    maxBytesPerDealership: number | null;
  };
  media: {
    /** Child processes that decode; 0 leaves the work to other processes. */
    concurrency: number;
    timeoutMs: number;
    maxPixels: number;
    maxSide: number;
    memoryMb: number;
    /** How long a job whose worker died is kept from others. */
    leaseSeconds: number;
  };
  housekeeping: {
    /** Between two looks at open uploads, in seconds. */
    everySeconds: number;
    /** Between two looks at everything that is stored. */
    sweepEverySeconds: number;
    /** How long an object is nobody's before it is deleted. */
    orphanGraceSeconds: number;
  };
  events: { retentionDays: number };
  sessionTtlSeconds: number;
  /** Null: mails cannot be sent. */
  mail: { kind: 'terminal' } | { kind: 'smtp'; url: string; from: string } | null;
  /** Whether strangers may make dealerships. */
  signUpOpen: boolean;
  /** How long it is kept who did what. */
  auditRetentionDays: number;
  rateLimits: RateLimitRules;
  /** Counts for all servers, and wakes them. Null: each counts for itself, and NOTIFY wakes them. */
  redisUrl: string | null;
  /** Live streams that one address may have open. */
  maxStreamsPerAddress: number;
  /** That answers to visitors take at most, to be given again; 0 keeps none. */
  answerCacheBytes: number;
  /** Whose pages may use tokens, beside the server's own; null is everybody's. */
  staffOrigins: readonly string[] | null;
  /** Whose `X-Forwarded-For` is taken for true. */
  trustedProxies: TrustedProxies;
  /** Slug of the dealership whose published vehicles anybody may read. */
  defaultDealership: string | null;
  seedDemo: boolean;
  graphiql: boolean;
  /** Whether the schema may be asked for at `/graphql`. */
  introspection: boolean;
  /** Where a crash test stops this process. */
  failpoints: ArmedFailpoint[];
}

/** The only reader of the environment. Throws {@link ConfigError}. */
export function loadConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const env = new EnvReader(source);
  const production =
    env.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development') === 'production';
  const dataDir = path.resolve(env.text('DATA_DIR') ?? '.data');
  const database = readDatabase(env, dataDir, production);
  const storage = readStorage(env, dataDir, production);
  const seedDemo = env.flag('SEED_DEMO', false);
  if (seedDemo && production) {
    env.problem(
      'The demo (SEED_DEMO=true, npm run seed) is refused when NODE_ENV=production: the demo account has a public password. Unset one of the two.',
    );
  }
  const demo = (seedDemo || database.kind === 'embedded') && !production;
  const config: Config = {
    production,
    host: env.text('HOST') ?? '127.0.0.1',
    port: env.integer('PORT', { fallback: 4000, min: 0, max: 65_535 }),
    publicUrl: env.url('PUBLIC_URL'),
    logLevel: env.oneOf(
      'LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
    ),
    dataDir,
    appSecret: readSecret(env, dataDir, production),
    previousAppSecrets: readPreviousSecrets(env),
    database,
    storage,
    uploads: {
      ttlSeconds: env.integer('UPLOAD_TTL_SECONDS', { fallback: 86_400, min: 1, max: 604_800 }),
      urlTtlSeconds: env.integer('UPLOAD_URL_TTL_SECONDS', { fallback: 900, min: 1, max: 604_800 }),
      adoptSeconds: env.integer('UPLOAD_ADOPT_SECONDS', { fallback: 60, min: 0, max: 604_800 }),
      ...readLimits(env),
    },
    media: {
      concurrency: env.integer('MEDIA_CONCURRENCY', { fallback: 2, min: 0, max: 64 }),
      timeoutMs: 1_000 * env.integer('MEDIA_TIMEOUT_SECONDS', { fallback: 30, min: 1, max: 600 }),
      maxPixels: env.integer('MEDIA_MAX_PIXELS', {
        fallback: 100_000_000,
        min: 1_000_000,
        max: 1_000_000_000,
      }),
      maxSide: env.integer('MEDIA_MAX_SIDE', { fallback: 16_384, min: 1_000, max: 65_535 }),
      memoryMb: env.integer('MEDIA_MEMORY_MB', { fallback: 768, min: 128, max: 16_384 }),
      leaseSeconds: env.integer('MEDIA_LEASE_SECONDS', { fallback: 30, min: 1, max: 3_600 }),
    },
    housekeeping: {
      everySeconds: env.integer('HOUSEKEEPING_SECONDS', { fallback: 30, min: 1, max: 3_600 }),
      sweepEverySeconds: env.integer('SWEEP_SECONDS', { fallback: 3_600, min: 1, max: 604_800 }),
      orphanGraceSeconds: env.integer('ORPHAN_GRACE_SECONDS', {
        fallback: 86_400,
        min: 0,
        max: 2_592_000,
      }),
    },
    events: {
      retentionDays: env.integer('EVENT_RETENTION_DAYS', { fallback: 7, min: 1, max: 365 }),
    },
    sessionTtlSeconds: env.integer('SESSION_TTL_SECONDS', {
      fallback: 86_400,
      min: 60,
      max: 604_800,
    }),
    signUpOpen: env.oneOf('SIGN_UP', ['open', 'closed'], production ? 'closed' : 'open') === 'open',
    mail: readMail(env, production),
    auditRetentionDays: env.integer('AUDIT_RETENTION_DAYS', {
      fallback: 400,
      min: 1,
      max: 36_500,
    }),
    rateLimits: readRateLimits(env),
    redisUrl: readRedisUrl(env),
    answerCacheBytes: env.integer('ANSWER_CACHE_BYTES', {
      fallback: 64 * 1024 * 1024,
      min: 0,
      max: 2 ** 32,
    }),
    maxStreamsPerAddress: env.integer('MAX_STREAMS_PER_ADDRESS', {
      fallback: 2_000,
      min: 1,
      max: 1_000_000,
    }),
    staffOrigins: readStaffOrigins(env),
    trustedProxies: readTrustedProxies(env),
    defaultDealership: env.text('DEFAULT_DEALERSHIP') ?? (demo ? 'demo-motors' : null),
    seedDemo: demo,
    graphiql: env.flag('GRAPHIQL', !production),
    introspection: env.flag('INTROSPECTION', !production),
    failpoints: readFailpoints(env, production),
  };
  if (production && !config.publicUrl) {
    env.problem(
      'PUBLIC_URL is missing. In production, set it to the address that browsers use, such as https://media.example.com.',
    );
  }
  if (env.problems.length > 0) throw new ConfigError(env.problems);
  return deepFreeze(config);
}

function readDatabase(env: EnvReader, dataDir: string, production: boolean): Config['database'] {
  const url = env.text('DATABASE_URL');
  const poolSize = env.integer('DATABASE_POOL_SIZE', { fallback: 10, min: 2, max: 200 });
  if (url === null) {
    if (production) {
      env.problem(
        'DATABASE_URL is missing. Production needs PostgreSQL: the embedded database does not survive a power failure.',
      );
    }
    return { kind: 'embedded', dataDir };
  }
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    env.problem(
      'DATABASE_URL is no address of PostgreSQL. Use postgres://user:password@host:5432/database, with special characters in the password percent-encoded, or unset it for the embedded database.',
    );
  }
  return { kind: 'postgres', url, poolSize };
}

const UPLOAD_POLICIES = {
  default: {
    maxImageBytes: 25_000_000,
    maxVideoBytes: 100_000_000,
    maxMediaPerVehicle: 100,
    maxBytesPerVehicle: 1_000_000_000,
  },
  strict: {
    maxImageBytes: 10_000_000,
    maxVideoBytes: 10_000_000,
    maxMediaPerVehicle: 100,
    maxBytesPerVehicle: 100_000_000,
  },
} as const;

/** A policy by name, any number of it by a variable of its own. */
function readLimits(
  env: EnvReader,
): Omit<Config['uploads'], 'ttlSeconds' | 'urlTtlSeconds' | 'adoptSeconds'> {
  const policy = UPLOAD_POLICIES[env.oneOf('UPLOAD_POLICY', ['default', 'strict'], 'default')];
  const total = { fallback: 1, min: 1, max: Number.MAX_SAFE_INTEGER };
  return {
    maxImageBytes: env.integer('MAX_IMAGE_BYTES', {
      fallback: policy.maxImageBytes,
      min: 1,
      max: 500_000_000,
    }),
    maxVideoBytes: env.integer('MAX_VIDEO_BYTES', {
      fallback: policy.maxVideoBytes,
      min: 1,
      max: 5_000_000_000,
    }),
    maxMediaPerVehicle: env.integer('MAX_MEDIA_PER_VEHICLE', {
      fallback: policy.maxMediaPerVehicle,
      min: 1,
      max: 1_000,
    }),
    maxBytesPerVehicle: env.integer('MAX_BYTES_PER_VEHICLE', {
      ...total,
      fallback: policy.maxBytesPerVehicle,
    }),
    maxBytesPerDealership:
      env.text('MAX_BYTES_PER_DEALERSHIP') === null
        ? null
        : env.integer('MAX_BYTES_PER_DEALERSHIP', total),
  };
}

function readStorage(env: EnvReader, dataDir: string, production: boolean): Config['storage'] {
  const chosen = env.text('STORAGE_DRIVER');
  const driver = env.oneOf('STORAGE_DRIVER', ['disk', 's3'], 'disk');
  if (driver === 'disk') {
    if (production && chosen === null) {
      env.problem(
        'STORAGE_DRIVER is missing. In production, choose s3, or say disk if photos on this machine’s own disk are what you want.',
      );
    }
    return { driver: 'disk', dir: path.join(dataDir, 'storage') };
  }
  const region = env.text('AWS_REGION');
  const bucket = env.text('VEHICLE_MEDIA_BUCKET');
  const accessKeyId = env.text('AWS_ACCESS_KEY_ID');
  const secretAccessKey = env.text('AWS_SECRET_ACCESS_KEY');
  const sessionToken = env.text('AWS_SESSION_TOKEN');
  if (!region) {
    env.problem(
      'AWS_REGION is missing. Set it to the bucket’s region, such as eu-central-1 (auto for R2).',
    );
  }
  if (!bucket) env.problem('VEHICLE_MEDIA_BUCKET is missing. Set it to the name of the bucket.');
  if (Boolean(accessKeyId) !== Boolean(secretAccessKey)) {
    env.problem(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together. Set both, or neither to use the default credential chain.',
    );
  }
  return {
    driver: 's3',
    endpoint: env.url('S3_ENDPOINT'),
    region: region ?? '',
    bucket: bucket ?? '',
    credentials:
      accessKeyId && secretAccessKey
        ? { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
        : null,
    forcePathStyle: env.flag('S3_FORCE_PATH_STYLE', false),
    mediaBaseUrl: env.url('MEDIA_BASE_URL'),
  };
}

function readFailpoints(env: EnvReader, production: boolean): ArmedFailpoint[] {
  const text = env.text('FAILPOINTS');
  if (text === null) return [];
  if (production) {
    env.problem('FAILPOINTS is refused when NODE_ENV=production: it ends the server. Unset it.');
  }
  const failpoints = parseFailpoints(text);
  if (!failpoints) {
    env.problem(
      `FAILPOINTS is ${JSON.stringify(text)}. Use name:action or name:action@pass with a name of server/failpoint.ts and kill, error or wait, such as upload-claimed:kill@3, or unset it.`,
    );
  }
  return failpoints ?? [];
}

const MIN_SECRET_BYTES = 32;
function readRateLimits(env: EnvReader): RateLimitRules {
  const text = env.text('RATE_LIMITS') ?? DEFAULT_RATE_LIMITS;
  const rules = parseRateLimits(text);
  if (!rules) {
    env.problem(
      `RATE_LIMITS is ${JSON.stringify(text)}. Use rules such as log-in=10/minute, account=6000/minute+1000/second, sign-up=off with names of .env.example and second, minute, hour or day; or off.`,
    );
  }
  return rules ?? (parseRateLimits('off') as RateLimitRules);
}

function readRedisUrl(env: EnvReader): string | null {
  const url = env.text('REDIS_URL');
  if (url !== null && !(/^rediss?:\/\//.test(url) && URL.canParse(url))) {
    env.problem(
      'REDIS_URL is no address of Redis. Use redis://user:password@host:6379, rediss:// for TLS, or unset it: then each process counts for itself, and Postgres wakes them.',
    );
  }
  return url;
}

function readStaffOrigins(env: EnvReader): string[] | null {
  const text = env.text('STAFF_ORIGINS');
  if (text === null) return null;
  const origins = parseOrigins(text);
  if (!origins) {
    env.problem(
      `STAFF_ORIGINS is ${JSON.stringify(text)}. Use origins with commas between, such as https://www.dealer.example, without a path or slash, or unset it.`,
    );
  }
  return origins ?? [];
}

function readTrustedProxies(env: EnvReader): TrustedProxies {
  const text = env.text('TRUSTED_PROXIES');
  const proxies = text === null ? new BlockList() : parseTrustedProxies(text);
  if (!proxies) {
    env.problem(
      `TRUSTED_PROXIES is ${JSON.stringify(text)}. Use addresses and networks with commas between, such as 10.0.0.0/8, fd00::/8, or unset it.`,
    );
  }
  return proxies ?? new BlockList();
}

/** In production the secret is given; elsewhere it is made once and kept beside the data. */
function readSecret(env: EnvReader, dataDir: string, production: boolean): Uint8Array {
  const given = env.text('APP_SECRET');
  if (given !== null) {
    if (Buffer.byteLength(given) < MIN_SECRET_BYTES) {
      env.problem(
        'APP_SECRET is too short. Use 32 characters or more, for example from: openssl rand -hex 32',
      );
    }
    return Buffer.from(given);
  }
  if (production) {
    env.problem(
      'APP_SECRET is missing. Set it to 32 random characters or more, for example from: openssl rand -hex 32',
    );
    return new Uint8Array();
  }
  const file = path.join(dataDir, 'secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(file)) {
      // Whole or not at all, and the first of two processes wins.
      const draft = `${file}-${randomBytes(6).toString('hex')}`;
      writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
      try {
        linkSync(draft, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        unlinkSync(draft);
      }
    }
    const secret = readFileSync(file);
    if (secret.length < MIN_SECRET_BYTES) {
      env.problem(`${file} is damaged. Delete it; everybody has to log in again.`);
    }
    return secret;
  } catch (error) {
    env.problem(
      `DATA_DIR (${dataDir}) cannot be written: ${(error as Error).message}. Choose a folder that this user may write.`,
    );
    return new Uint8Array();
  }
}

function readPreviousSecrets(env: EnvReader): Uint8Array[] {
  const secrets = (env.text('APP_SECRET_PREVIOUS') ?? '').split(',').map((secret) => secret.trim());
  const given = secrets.filter((secret) => secret !== '');
  if (given.some((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES)) {
    env.problem(
      'APP_SECRET_PREVIOUS has a secret that is too short. Use what APP_SECRET was before, several with commas between them, or unset it.',
    );
  }
  return given.map((secret) => Buffer.from(secret));
}

function readMail(env: EnvReader, production: boolean): Config['mail'] {
  const url = env.text('MAIL_URL');
  const from = env.text('MAIL_FROM');
  if (url === null) return production ? null : { kind: 'terminal' };
  if (!/^smtps?:\/\//.test(url) || !URL.canParse(url)) {
    env.problem(
      'MAIL_URL is no address of a mail server. Use smtp://user:password@host:587, with special characters in the password percent-encoded, or unset it.',
    );
  }
  if (from === null) {
    env.problem(
      'MAIL_FROM is missing. Set it to the sender of mails, such as Dealer media <media@example.com>.',
    );
  }
  return { kind: 'smtp', url, from: from ?? '' };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (inner !== null && typeof inner === 'object' && !ArrayBuffer.isView(inner))
      deepFreeze(inner);
  }
  return Object.freeze(value);
}
