/**
 * Whether the time of an answer tells who has an account: log-ins with a wrong
 * password and requests for a new one, for addresses that somebody has and that
 * nobody has, one after the other in random order.
 *
 *   npm run soak:account-times [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres instead of the embedded database
 */
import { randomUUID } from 'node:crypto';
import { startServer } from '../test/server.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('account-times');
const SAMPLES = run.short ? 60 : 1_000;
const WARM_UP = 10;
const PEOPLE = 20;
/** A difference is one when chance hardly explains it, and when it is of use to somebody. */
const MAX_P = 0.001;
const MAX_EFFECT = 0.05;

const DOCUMENTS = {
  logIn: `mutation ($email: String!) {
    logIn(input: { email: $email, password: "wrong, whoever it is" }) { userErrors { code } } }`,
  requestPasswordReset: `mutation ($email: String!) {
    requestPasswordReset(input: { email: $email }) { userErrors { code } } }`,
};

const server = await startServer({ env: { RATE_LIMITS: 'off', MEDIA_CONCURRENCY: '0' } });
const known: string[] = [];
for (let person = 0; person < PEOPLE; person++)
  known.push((await server.dealership(randomUUID())).email);
/** As long as those that somebody has. */
const unknown = (): string => `${randomUUID()}-owner@dealership.example`;

async function timeOf(document: string, email: string): Promise<number> {
  const started = performance.now();
  await server.visitor.expect(document, { email });
  return performance.now() - started;
}

async function measure(document: string): Promise<Record<'known' | 'unknown', number[]>> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    const pair = ['known', 'unknown'] as const;
    for (const kind of run.random(2) === 0 ? pair : [...pair].reverse()) {
      const email = kind === 'known' ? (known[run.random(PEOPLE)] as string) : unknown();
      const time = await timeOf(document, email);
      if (sample >= 0) times[kind].push(time);
    }
  }
  return times;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

function distribution(times: readonly number[]): Record<string, number> {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number);
  return { min: at(0), p10: at(0.1), median: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Two-sided, by the normal approximation; `chance` is how likely a known one is the slower of two. */
function mannWhitney(a: readonly number[], b: readonly number[]) {
  const all = [
    ...a.map((time) => ({ time, isA: true })),
    ...b.map((time) => ({ time, isA: false })),
  ];
  all.sort((x, y) => x.time - y.time);
  const rankSum = all.reduce((sum, { isA }, index) => sum + (isA ? index + 1 : 0), 0);
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const pairs = a.length * b.length;
  const z = (u - pairs / 2) / Math.sqrt((pairs * (a.length + b.length + 1)) / 12);
  return { chance: round(u / pairs, 4), z: round(z), p: round(2 * upperTail(Math.abs(z)), 4) };
}

function welch(a: readonly number[], b: readonly number[]): { differenceMs: number; t: number } {
  const mean = (values: readonly number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  const error = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) /
    (values.length - 1) /
    values.length;
  const difference = mean(a) - mean(b);
  return {
    differenceMs: round(difference, 3),
    t: round(difference / Math.sqrt(error(a) + error(b))),
  };
}

/** Of the normal distribution: Abramowitz and Stegun 26.2.17. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

const results: Record<string, unknown> = {};
let passed = true;
try {
  for (const [name, document] of Object.entries(DOCUMENTS)) {
    const times = await measure(document);
    const ranks = mannWhitney(times.known, times.unknown);
    passed &&= ranks.p > MAX_P || Math.abs(ranks.chance - 0.5) < MAX_EFFECT;
    results[name] = {
      known: distribution(times.known),
      unknown: distribution(times.unknown),
      mannWhitney: ranks,
      welch: welch(times.known, times.unknown),
    };
  }
} finally {
  await server.stop();
}
const engine = process.env.DATABASE_URL ? 'postgres' : 'embedded';
await run.report({ engine, samples: SAMPLES, unit: 'ms', ...results }, passed);
