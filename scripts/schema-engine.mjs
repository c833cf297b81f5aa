#!/usr/bin/env node
// Prisma's schema engine for machines that cannot download the native one: the
// WebAssembly build, spoken to as the Prisma CLI speaks to the binary, JSON-RPC
// by line on stdin and stdout. The shadow database is an embedded PostgreSQL in
// memory, so no right to create databases is needed.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';

// Nothing here runs long enough to be worth optimizing, which takes half of the time.
setFlagsFromString('--liftoff-only');

const charOid = 18;
const textOid = 25;

/** The adapter refuses the type `"char"`, which the engine reads from `pg_constraint.contype`. */
function withCharColumns(adapter) {
  const { queryRaw } = adapter;
  adapter.queryRaw = async (query) => {
    let isChar = [];
    const client = {
      async query(config) {
        const result = await adapter.underlyingDriver().query(config);
        isChar = result.fields.map((field) => field.dataTypeID === charOid);
        const fields = result.fields.map((field, i) =>
          isChar[i] ? { ...field, dataTypeID: textOid } : field,
        );
        return { ...result, fields };
      },
    };
    const set = await queryRaw.call(Object.create(adapter, { client: { value: client } }), query);
    const columnTypes = set.columnTypes.map((type, i) =>
      isChar[i] ? ColumnTypeEnum.Character : type,
    );
    return { ...set, columnTypes };
  };
  return adapter;
}

/** The adapter's own cuts a script at each semicolon, also at those inside of function bodies. */
function withWholeScripts(adapter) {
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  return adapter;
}

async function openMemoryDatabase() {
  const { startEmbeddedEngine } = await tsImport(
    '../server/db/embedded-engine.ts',
    import.meta.url,
  );
  const { createEmbeddedPool } = await tsImport('../server/db/embedded-pool.ts', import.meta.url);
  const engine = await startEmbeddedEngine('memory://', (error) =>
    process.stderr.write(`${error}\n`),
  );
  const { pool } = createEmbeddedPool(engine, { warn: () => {} });
  const adapter = await new PrismaPg(pool).connect();
  adapter.dispose = async () => {
    await pool.end();
    await engine.close();
  };
  return withCharColumns(withWholeScripts(adapter));
}

/** @param url of the main database; without one only what needs the shadow alone works. */
function adapterFactory(url) {
  const pool = url && new pg.Pool({ connectionString: url, max: 1, options: '-c TimeZone=UTC' });
  const schema = url && (new URL(url).searchParams.get('schema') ?? undefined);
  let spare;

  return bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      if (pool) {
        return withCharColumns(withWholeScripts(await new PrismaPg(pool, { schema }).connect()));
      }
      // Without a main database the engine asks for a version only: the shadow's will do.
      spare = await openMemoryDatabase();
      return spare;
    },
    async connectToShadowDb() {
      const shadow = spare ?? (await openMemoryDatabase());
      spare = undefined;
      return shadow;
    },
  });
}

/** Where the WebAssembly build leaves the message of a panic before it traps. */
const panic = { message: undefined };
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message: (message) => {
    panic.message = message;
  },
};

async function loadEngine(datamodels, url) {
  const file = new URL(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const wasm = await readFile(new URL('schema_engine_bg.wasm', file));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return bindings.SchemaEngine.new({ datamodels }, () => {}, adapterFactory(url));
}

/** `postgres` is where databases are created from, as the native engine does. */
async function createDatabase(url) {
  const target = new URL(url);
  const databaseName = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(databaseName)}`);
  } catch (error) {
    if (error.code !== '42P04') throw error;
  } finally {
    await client.end();
  }
  return { databaseName };
}

async function canConnect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.end();
}

/** Error codes of Prisma for what can be wrong with a connection. */
const connectionErrors = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1010' };

/** `schema-engine --datasource … cli can-connect-to-database | create-database` */
async function runCommand(command, url) {
  try {
    if (command === 'can-connect-to-database') await canConnect(url);
    else if (command === 'create-database') await createDatabase(url);
    else throw new Error(`unknown command ${command}`);
  } catch (error) {
    const fields = { error_code: connectionErrors[error.code] ?? 'P1001', message: error.message };
    // The CLI skips the first line.
    const line = { level: 'ERROR', target: 'schema_engine::logger', fields };
    process.stderr.write(`\n${JSON.stringify(line)}`);
    process.exitCode = 1;
  }
}

function parseArguments(args) {
  const datamodels = [];
  let url;
  let command;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--datamodels') datamodels.push(args[++i]);
    else if (args[i] === '--datasource') url = JSON.parse(args[++i]).url || undefined;
    else if (args[i] === 'cli') command = args[++i];
    else i++;
  }
  return { datamodels, url, command };
}

async function serve({ datamodels, url }) {
  const files = datamodels.map(async (path) => [path, await readFile(path, 'utf8')]);
  const sources = files.length > 0 ? await Promise.all(files) : undefined;
  const engineLoaded = loadEngine(sources, url);
  engineLoaded.catch(() => {});
  let prints = 0;
  let appliedSome = false;
  const send = (message) =>
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  // A panic of the engine surfaces in a microtask of its own and leaves the call unanswered.
  let pending;
  process.on('uncaughtException', (error) => {
    const message = panic.message ?? error.stack;
    send({ id: pending, error: { code: 4466, message, data: { message, is_panic: true } } });
    process.exit(101);
  });

  const call = async (method, params) => {
    if (method === 'createDatabase') return createDatabase(params.datasource.url ?? url);
    const engine = await engineLoaded;
    if (method === 'getDatabaseVersion') return engine.version(params);
    if (method === 'diff') {
      const { exitCode, stdout } = await engine.diff(params);
      if (stdout) send({ id: ++prints, method: 'print', params: { content: stdout } });
      return { exitCode };
    }
    // These two know the migrations only from what a diagnostic of the same ones remembered.
    if (appliedSome && (method === 'evaluateDataLoss' || method === 'createMigration')) {
      const { migrationsList, filters } = params;
      await engine.devDiagnostic({ migrationsList, filters });
      appliedSome = false;
    }
    const result = (await engine[method](params)) ?? {};
    if (method === 'applyMigrations') appliedSome = result.appliedMigrationNames.length > 0;
    return result;
  };

  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    if (!method) continue;
    pending = id;
    try {
      send({ id, result: await call(method, params) });
    } catch (error) {
      const isPanic = error.name === 'RuntimeError';
      const message = (isPanic && panic.message) || error.message;
      const data = { message, error_code: error.code, is_panic: isPanic, meta: {} };
      send({ id, error: { code: 4466, message, data } });
    }
  }
}

const { command, ...options } = parseArguments(process.argv.slice(2));
await (command ? runCommand(command, options.url) : serve(options));
process.exit();
