import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';

/** Of the machine, over the minute before the bench began. */
const load = Number((loadavg()[0] ?? 0).toFixed(2));

export interface Measured extends Record<string, unknown> {
  name: string;
  /** What is judged, of each round; its median counts. */
  spread: readonly number[];
  /** Null where none is set; so is whether it is reached. */
  goal: number | null;
  reached: boolean | null;
}

/** Shows what was measured, writes it to `file`, and ends the process with 1 where a goal is missed. */
export async function report(
  file: string | undefined,
  result: Record<string, unknown> & { results: readonly Measured[] },
): Promise<void> {
  console.table(
    result.results.map(({ spread, ...shown }) => ({ ...shown, spread: spread.join(' ') })),
  );
  if (result.results.some(({ reached }) => reached === false)) process.exitCode = 1;
  const whole = { node: process.version, date: new Date().toISOString(), load, ...result };
  if (file) await writeFile(file, `${JSON.stringify(whole, null, 2)}\n`);
}

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));
