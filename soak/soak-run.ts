import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** One run of a soak: what it was asked for, and where its result goes. */
export interface SoakRun {
  /** The form that fits CI. */
  readonly short: boolean;
  readonly seed: number;
  /** At least 0, below `limit`, whole: the same sequence for the same seed. */
  random(limit: number): number;
  /** Whether one of its own switches was given. */
  has(option: string): boolean;
  /** Whether `--minutes` have passed; never without them. */
  isTimeUp(): boolean;
  /** Prints the result and writes it to `--out`; ends the process with 1 when it did not pass. */
  report(result: Record<string, unknown>, passed: boolean): Promise<void>;
}

/** Reads `--short`, `--seed`, `--minutes`, `--out` and the soak’s own switches. */
export function soakRun(soak: string, switches: readonly string[] = []): SoakRun {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: 'Infinity' },
      out: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('--seed is a whole number.');
  const endMs = performance.now() + Number(values.minutes) * 60_000;
  let state = seed >>> 0;
  return {
    short: values.short,
    seed,
    random(limit) {
      // mulberry32
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
    },
    has: (option) => (values as Record<string, unknown>)[option] === true,
    isTimeUp: () => performance.now() > endMs,
    async report(result, passed) {
      const whole = {
        soak,
        commit: commit(),
        node: process.version,
        seed,
        short: values.short,
        ...result,
        passed,
      };
      const text = `${JSON.stringify(whole, null, 2)}\n`;
      process.stdout.write(text);
      if (values.out) await writeFile(values.out, text);
      if (!passed) process.exitCode = 1;
    },
  };
}

/** What ran; `+` when the tree differed from it. Null outside a checkout. */
function commit(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--', ':!soak/results') !== '';
    return git('rev-parse', 'HEAD') + (changed ? '+' : '');
  } catch {
    return null;
  }
}
