import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type StepName = 'database client' | 'element' | 'staff pages';

interface Step {
  name: StepName;
  /** Files and folders that the result depends on. */
  inputs: readonly string[];
  /** What is made: the step runs when it is missing. */
  output: string;
  /** Says what the output was made from. Beside it: whoever shares one shares the other. */
  stamp: string;
  command: readonly [string, ...string[]];
}

const STEPS: readonly Step[] = [
  {
    name: 'database client',
    inputs: ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'],
    output: 'generated/prisma/client.ts',
    stamp: 'generated/.stamp',
    command: ['node_modules/prisma/build/index.js', 'generate'],
  },
  {
    name: 'element',
    inputs: ['widget', 'scripts/build-widget.ts', 'vite.config.ts', 'package-lock.json'],
    output: 'dist/embed/v1.js',
    stamp: 'dist/.stamps/embed',
    command: ['--import', 'tsx', 'scripts/build-widget.ts'],
  },
  {
    name: 'staff pages',
    inputs: ['site', 'scripts/build-site.ts', 'package-lock.json'],
    output: 'dist/site/staff.js',
    stamp: 'dist/.stamps/site',
    command: ['--import', 'tsx', 'scripts/build-site.ts'],
  },
];

/**
 * Makes what is generated or built from the sources, where it is missing or older than they are.
 *
 * @param names of the steps; all of them unless given.
 */
export async function prepare(names?: readonly StepName[]): Promise<void> {
  await Promise.all(STEPS.filter(({ name }) => !names || names.includes(name)).map(run));
}

async function run({ name, inputs, output, stamp, command }: Step): Promise<void> {
  const stampFile = path.join(ROOT, stamp);
  const wanted = await fingerprint(inputs);
  const made = existsSync(path.join(ROOT, output))
    ? await readFile(stampFile, 'utf8').catch(() => '')
    : '';
  if (made === wanted) return;
  // What a build that fails leaves behind was made from neither the old sources nor the new.
  await rm(stampFile, { force: true });
  const started = performance.now();
  try {
    await promisify(execFile)(process.execPath, command, {
      cwd: ROOT,
      // Whoever asks, a test included, gets what visitors get.
      env: { ...process.env, NODE_ENV: 'production' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`The ${name} could not be built:\n${stdout ?? ''}${stderr ?? ''}`, {
      cause: error,
    });
  }
  await mkdir(path.dirname(stampFile), { recursive: true });
  await writeFile(stampFile, wanted);
  console.log(`Built the ${name} in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
}

async function fingerprint(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesBelow(path.join(ROOT, input))) {
      hash.update(path.relative(ROOT, file)).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

async function filesBelow(place: string): Promise<string[]> {
  const entries = await readdir(place, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [place];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepare();
