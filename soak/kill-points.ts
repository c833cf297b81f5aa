/**
 * Kills the server with SIGKILL at each of 20 points in the life of a photo or a video,
 * starts it again, and looks: nothing that it had acknowledged may be lost,
 * nothing may be stuck past its time, and no object or row be left behind.
 *
 *   npm run soak:kill-points [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres instead of the embedded database
 *   TEST_S3_ENDPOINT=… on that store instead of a folder (scripts/radosgw.sh)
 *   KILLS=… at each point instead of 25; the short form kills once at three of them
 *   POINT=… only at those whose name says so
 */
import { CRASH_POINTS, type CrashPoint } from './crash-points.ts';
import { createCrashWorld, type Recovery } from './crash-world.ts';
import { soakRun } from './soak-run.ts';

const run = soakRun('kill-points');
const KILLS = Number(process.env.KILLS ?? (run.short ? 1 : 25));
/** At once: each waits most of its time. */
const WORLDS = 4;

interface Row {
  kills: number;
  reached: number;
  acknowledged: number;
  rescued: number;
  lost: number;
  stuck: number;
  orphans: number;
  seconds: number;
}

/** The short form takes three: which, the seed decides. */
const points = CRASH_POINTS.filter(
  ({ name }, index) =>
    name.includes(process.env.POINT ?? '') && (!run.short || index % 7 === run.seed % 7),
);

const table = new Map<CrashPoint, Row>(
  points.map((point) => [
    point,
    {
      kills: 0,
      reached: 0,
      acknowledged: 0,
      rescued: 0,
      lost: 0,
      stuck: 0,
      orphans: 0,
      seconds: 0,
    },
  ]),
);

function add(point: CrashPoint, recovery: Recovery, seconds: number): void {
  const row = table.get(point);
  if (!row) return;
  row.kills += 1;
  row.reached += recovery.reached ? 1 : 0;
  row.acknowledged += recovery.acknowledged;
  row.rescued += recovery.rescued;
  row.lost += recovery.lost + recovery.lostOriginals + recovery.lostRenditions;
  row.stuck += recovery.stuck + recovery.stuckRows;
  row.orphans += recovery.orphanObjects.length;
  row.seconds += seconds;
}

const left = { orphanObjects: 0, orphanRows: 0 };
const waiting = Array.from({ length: KILLS }, () => points)
  .flat()
  .values();

async function work(): Promise<void> {
  const world = await createCrashWorld();
  try {
    for (const point of waiting) {
      const started = performance.now();
      const recovery = await world.crash(point, run.random);
      const seconds = (performance.now() - started) / 1_000;
      add(point, recovery, seconds);
      console.error(`${point.name}: ${seconds.toFixed(1)} s`, JSON.stringify(recovery));
    }
    const { orphanObjects, orphanRows } = await world.finish();
    left.orphanObjects += orphanObjects;
    left.orphanRows += orphanRows;
  } finally {
    await world.close();
  }
}

await Promise.all(Array.from({ length: Math.min(WORLDS, KILLS * points.length) }, work));

const rows = [...table].map(([{ name }, row]) => ({
  point: name,
  ...row,
  seconds: Math.round(row.seconds / Math.max(1, row.kills)),
}));
console.table(rows);
const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
const totals = {
  kills: sum((row) => row.kills),
  acknowledged: sum((row) => row.acknowledged),
  rescued: sum((row) => row.rescued),
  lost: sum((row) => row.lost),
  stuck: sum((row) => row.stuck),
  orphans: sum((row) => row.orphans),
};
await run.report(
  {
    engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
    store: process.env.TEST_S3_ENDPOINT ? 's3' : 'disk',
    killsAtEachPoint: KILLS,
    points: rows,
    totals,
    afterDeletingAll: left,
  },
  rows.every((row) => row.reached === row.kills) &&
    totals.lost + totals.stuck + totals.orphans + left.orphanObjects + left.orphanRows === 0,
);
