import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './config.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'forecourt-config-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig({ DATA_DIR: dataDir, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Names and values of `.env.example`, in its order. */
const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value] as [string, string]];
  });

describe('the configuration', () => {
  it('needs nothing on a developer’s machine', () => {
    const config = loadConfig({ DATA_DIR: dataDir });
    expect(config).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      database: { kind: 'embedded' },
      storage: { driver: 'disk' },
      seedDemo: true,
      defaultDealership: 'demo-motors',
    });
    expect(config.appSecret.length).toBeGreaterThanOrEqual(32);
    expect(loadConfig({ DATA_DIR: dataDir }).appSecret).toEqual(config.appSecret);
  });

  it('tells every problem at once, each with what to do', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORT: 'http',
      DATABASE_URL: 'mysql://localhost',
      STORAGE_DRIVER: 's3',
      AWS_ACCESS_KEY_ID: 'key',
      SEED_DEMO: 'true',
      APP_SECRET: 'short',
    });
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'AWS_REGION',
      'VEHICLE_MEDIA_BUCKET',
      'AWS_SECRET_ACCESS_KEY',
      'SEED_DEMO',
      'APP_SECRET',
      'PUBLIC_URL',
    ]) {
      expect(
        problems.filter((problem) => problem.includes(name)),
        name,
      ).toHaveLength(1);
    }
    for (const problem of problems)
      expect(problem).toMatch(/\b(set|use|choose|unset)\b.*\.|openssl/is);
  });

  it('refuses production without a secret, an address and a choice of storage', () => {
    expect(problemsOf({ NODE_ENV: 'production' }).map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'STORAGE_DRIVER',
      'APP_SECRET',
      'PUBLIC_URL',
    ]);
  });

  it('makes no demo on Postgres unless asked, and never in production', () => {
    const postgres = { DATA_DIR: dataDir, DATABASE_URL: 'postgres://localhost/x' };
    expect(loadConfig(postgres).seedDemo).toBe(false);
    expect(loadConfig({ ...postgres, SEED_DEMO: 'true' }).seedDemo).toBe(true);
    const production = loadConfig({
      DATA_DIR: dataDir,
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://localhost/x',
      STORAGE_DRIVER: 'disk',
      PUBLIC_URL: 'https://media.example',
      APP_SECRET: 'x'.repeat(32),
    });
    expect(production).toMatchObject({ seedDemo: false, defaultDealership: null, graphiql: false });
  });

  it('takes its limits from a policy, and single ones from their own variables', () => {
    const { uploads } = loadConfig({ DATA_DIR: dataDir, UPLOAD_POLICY: 'strict' });
    expect(uploads).toMatchObject({
      maxImageBytes: 10_000_000,
      maxVideoBytes: 10_000_000,
      maxMediaPerVehicle: 100,
      maxBytesPerVehicle: 100_000_000,
      maxBytesPerDealership: null,
    });
    const own = { MAX_VIDEO_BYTES: '20000000', MAX_BYTES_PER_DEALERSHIP: '100000000000' };
    expect(loadConfig({ DATA_DIR: dataDir, UPLOAD_POLICY: 'strict', ...own }).uploads).toEqual({
      ...uploads,
      maxVideoBytes: 20_000_000,
      maxBytesPerDealership: 100_000_000_000,
    });
    expect(problemsOf({ UPLOAD_POLICY: 'none', MAX_BYTES_PER_DEALERSHIP: '0' })).toHaveLength(2);
  });

  it('takes rules of how often from one variable, and refuses what it cannot read', () => {
    const rules = loadConfig({
      DATA_DIR: dataDir,
      RATE_LIMITS: 'log-in=3/hour + 2/second + 9/day, sign-up=off',
    }).rateLimits;
    expect(rules).toMatchObject({
      'log-in': [
        { count: 3, seconds: 3_600 },
        { count: 2, seconds: 1 },
        { count: 9, seconds: 86_400 },
      ],
      'sign-up': [],
      'visitor-writes': [{ count: 600, seconds: 60 }],
    });
    const off = loadConfig({ DATA_DIR: dataDir, RATE_LIMITS: 'off' }).rateLimits;
    expect(Object.values(off).flat()).toEqual([]);
    for (const RATE_LIMITS of [
      'log-in',
      'log-in=0/minute',
      'log-in=1/week',
      'logins=1/hour',
      '1',
    ]) {
      expect(problemsOf({ RATE_LIMITS }), RATE_LIMITS).toHaveLength(1);
    }
    expect(
      problemsOf({ TRUSTED_PROXIES: '10.0.0.0/33', REDIS_URL: 'http://localhost' }),
    ).toHaveLength(2);
  });

  it('takes R2’s region and keys as they are', () => {
    expect(
      loadConfig({
        DATA_DIR: dataDir,
        STORAGE_DRIVER: 's3',
        S3_ENDPOINT: 'https://account.r2.cloudflarestorage.com/',
        AWS_REGION: 'auto',
        VEHICLE_MEDIA_BUCKET: 'media',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'key',
        MEDIA_BASE_URL: 'https://cdn.example/',
      }).storage,
    ).toEqual({
      driver: 's3',
      endpoint: 'https://account.r2.cloudflarestorage.com',
      region: 'auto',
      bucket: 'media',
      credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
      forcePathStyle: false,
      mediaBaseUrl: 'https://cdn.example',
    });
  });
});

describe('failpoints', () => {
  it('are refused in production, and where they are none', () => {
    const FAILPOINTS = 'upload-claimed:kill@3';
    expect(loadConfig({ DATA_DIR: dataDir, FAILPOINTS }).failpoints).toEqual([
      { name: 'upload-claimed', action: 'kill', pass: 3 },
    ]);
    const problem = expect.stringMatching(/^FAILPOINTS .*unset it/is);
    expect(problemsOf({ NODE_ENV: 'production', FAILPOINTS })).toContainEqual(problem);
    expect(problemsOf({ FAILPOINTS: 'somewhere:kill' })).toEqual([problem]);
  });
});

describe('.env.example', () => {
  it('works as it is and says the defaults', () => {
    const stated = loadConfig({ ...Object.fromEntries(example), DATA_DIR: dataDir });
    expect(stated).toEqual(loadConfig({ DATA_DIR: dataDir }));
  });

  it('names every variable that the server reads, and no other', () => {
    const source = readFileSync(new URL('./config.ts', import.meta.url), 'utf8');
    const read = [...source.matchAll(/env\.\w+\(\s*'([A-Z0-9_]+)'/g)].map(([, name]) => name);
    expect(new Set(example.map(([name]) => name))).toEqual(new Set(read));
  });
});
