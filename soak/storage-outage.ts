/**
 * Object storage goes away in the middle of uploads, once as a process that was
 * killed (connections are refused) and once as one that hangs (connections are
 * taken, nothing is answered). Pages are read all the while and none may fail;
 * when storage is back every upload must become READY, once, by the patience of
 * the element and of the server, without a person. In the long form the server
 * is also told to stop while storage hangs.
 *
 *   eval "$(scripts/radosgw.sh start)"
 *   npm run soak:storage-outage [-- --short --seed 1 --out result.json]
 *   DATABASE_URL=… on that Postgres instead of the embedded database
 *
 * It breaks the gateway in RADOSGW_DIR: nobody else may need that meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UploadTask } from '../widget/uploader/queue/upload-task.ts';
import { breakGateway, mendGateway, type Outage } from './gateway.ts';
import {
  createOutageWorld,
  filesToSend,
  type OutageWorld,
  type Page,
  type Shown,
} from './outage-world.ts';
import { soakRun } from './soak-run.ts';
import { steadyProbe, type Probed } from './steady-probe.ts';

const run = soakRun('storage-outage');
const OUTAGE_MS = run.short ? 3_000 : 60_000;
const UPLOADS = run.short ? 20 : 200;
const VIDEOS = run.short ? 1 : 3;
const PAGES = run.short ? 2 : 4;
/** Dropped at once; the outage begins when half of them have been accepted. The rest comes while it lasts. */
const DROPPED_BEFORE = run.short ? 8 : 40;
const READS_EVERY_MS = 100;
/** Before anything is measured: a process that has just started is slow. */
const WARM_UP_READS = 20;
const HEALTH_EVERY_MS = 250;
/** Since storage is back: what is not READY by then is stuck. */
const STUCK_MS = 300_000;
const EXIT_WITHIN_SECONDS = 20;

type Phase = 'before' | 'during' | 'after';

interface OutageResult {
  outage: Outage;
  uploads: number;
  acceptedBefore: number;
  /** Of those, how many the server had still to prepare when storage went. */
  unpreparedThen: number;
  acceptedDuring: number;
  retriesOfPages: number;
  /** Uploads that a page gave up, so that a person would have to press a button. */
  givenUp: number;
  ready: number;
  lost: number;
  doubled: number;
  secondsUntilReady: number;
  reads: Record<string, Probed>;
  healthz: Record<string, Probed>;
  readyz: Record<string, Probed>;
}

/** A server that is told to stop while storage hangs, and what it had accepted. */
interface StopResult {
  exitCode: number | null;
  secondsToExit: number;
  ready: number;
  givenUp: number;
}

async function stopWhileStalled(world: OutageWorld, seed: number) {
  const page = await world.openPage();
  page.queue.add(await filesToSend(DROPPED_BEFORE, 0, seed));
  await until(() => page.accepted >= DROPPED_BEFORE / 4, 'accepting');
  await breakGateway('stalled');
  await sleep(1_000);
  const began = performance.now();
  const exitCode = await world.terminate();
  const secondsToExit = secondsSince(began);
  await mendGateway();
  await world.start();
  await until(() => !page.queue.active, 'the pages');
  await until(async () => (await world.shown(page)).every(isOver), 'the server');
  const { tasks } = page.queue;
  const shown = await world.shown(page);
  const result: StopResult = {
    exitCode,
    secondsToExit,
    ready: shown.filter(isReady).length,
    givenUp: tasks.filter(({ state }) => state === 'failed').length,
  };
  return { result, tasks };
}

async function passThrough(world: OutageWorld, outage: Outage, seed: number) {
  const files = await filesToSend(UPLOADS, VIDEOS, seed);
  // Videos are dropped with the first.
  const early = [...files.slice(UPLOADS - VIDEOS), ...files.slice(0, DROPPED_BEFORE - VIDEOS)];
  const late = files.slice(DROPPED_BEFORE - VIDEOS, UPLOADS - VIDEOS);
  const pages = await Promise.all(Array.from({ length: PAGES }, () => world.openPage()));
  const pageOf = (index: number) => pages[index % PAGES] as Page;
  const sum = (of: (page: Page) => number) => pages.reduce((total, page) => total + of(page), 0);
  const shownOnAll = async () => (await Promise.all(pages.map((page) => world.shown(page)))).flat();

  let phase: Phase = 'before';
  let asked = 0;
  const probes = {
    reads: steadyProbe(
      READS_EVERY_MS,
      () => phase,
      (signal) => {
        asked += 1;
        return asked % 2
          ? world.readAsVisitor(signal)
          : world.readAsStaff(pageOf(asked / 2).vehicleId, signal);
      },
    ),
    healthz: steadyProbe(HEALTH_EVERY_MS, () => phase, statusOf(`${world.url}/healthz`)),
    readyz: steadyProbe(HEALTH_EVERY_MS, () => phase, statusOf(`${world.url}/readyz`)),
  };

  for (const [index, file] of early.entries()) pageOf(index).queue.add([file]);
  await until(() => sum((page) => page.accepted) >= DROPPED_BEFORE / 2, 'accepting');
  phase = 'during';
  await breakGateway(outage);
  const brokenAt = performance.now();
  const acceptedBefore = sum((page) => page.accepted);
  const unpreparedThen = acceptedBefore - (await shownOnAll()).filter(isReady).length;
  for (const [index, file] of late.entries()) {
    const due = brokenAt + (OUTAGE_MS * index) / late.length;
    await sleep(Math.max(0, due - performance.now()));
    pageOf(index).queue.add([file]);
  }
  await sleep(Math.max(0, brokenAt + OUTAGE_MS - performance.now()));
  const acceptedDuring = sum((page) => page.accepted) - acceptedBefore;
  await mendGateway();
  phase = 'after';
  const mendedAt = performance.now();
  await until(() => pages.every(({ queue }) => !queue.active), 'the pages');
  await until(async () => (await shownOnAll()).every(isOver), 'the server');
  const secondsUntilReady = secondsSince(mendedAt);
  await Promise.all(Object.values(probes).map((probe) => probe.stop()));

  const tasks = pages.flatMap(({ queue }) => queue.tasks);
  const shown = await shownOnAll();
  const ready = shown.filter(isReady);
  const hashes = new Set(ready.map(({ original }) => original?.sha256));
  const result: OutageResult = {
    outage,
    uploads: tasks.length,
    acceptedBefore,
    unpreparedThen,
    acceptedDuring,
    retriesOfPages: sum((page) => page.retries),
    givenUp: tasks.filter(({ state }) => state === 'failed').length,
    ready: ready.length,
    lost: tasks.filter(({ hash }) => !hash || !hashes.has(hash.sha256)).length,
    doubled: shown.length - new Set(shown.map(({ original }) => original?.sha256)).size,
    secondsUntilReady,
    reads: probes.reads.phases,
    healthz: probes.healthz.phases,
    readyz: probes.readyz.phases,
  };
  for (const { state, failure, file } of tasks) {
    if (state === 'failed') console.error('given up', file.name, failure?.code, failure?.message);
  }
  return { result, tasks };
}

function passed(result: OutageResult): boolean {
  return (
    result.uploads === UPLOADS &&
    result.ready === UPLOADS &&
    result.unpreparedThen > 0 &&
    result.givenUp + result.lost + result.doubled === 0 &&
    [result.reads, result.healthz].every((phases) =>
      Object.values(phases).every(({ answers }) => Object.keys(answers).join() === '200'),
    )
  );
}

function stoppedWell({ exitCode, secondsToExit, ready, givenUp }: StopResult): boolean {
  return (
    exitCode === 0 &&
    secondsToExit <= EXIT_WITHIN_SECONDS &&
    ready === DROPPED_BEFORE &&
    givenUp === 0
  );
}

function statusOf(url: string): (signal: AbortSignal) => Promise<string> {
  return async (signal) => {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return String(response.status);
  };
}

async function until(condition: () => boolean | Promise<boolean>, who: string): Promise<void> {
  const deadline = performance.now() + STUCK_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) return console.error(`Stuck: ${who}.`);
    await sleep(100);
  }
}

const isReady = ({ status }: Shown) => status === 'READY';
const isOver = (media: Shown) => isReady(media) || media.status === 'FAILED';

function secondsSince(began: number): number {
  return Number(((performance.now() - began) / 1_000).toFixed(1));
}

if (process.env.TEST_S3_ENDPOINT && process.env.RADOSGW_DIR) {
  const world = await createOutageWorld();
  try {
    for (let read = 0; read < WARM_UP_READS; read += 1) {
      await world.readAsVisitor(AbortSignal.timeout(60_000));
    }
    const outages: OutageResult[] = [];
    const tasks: UploadTask[] = [];
    for (const [index, outage] of (['stopped', 'stalled'] as const).entries()) {
      const passage = await passThrough(world, outage, 3 * run.seed + index);
      console.error(JSON.stringify(passage.result));
      outages.push(passage.result);
      tasks.push(...passage.tasks);
    }
    let stopped: StopResult | undefined;
    if (!run.short) {
      const stop = await stopWhileStalled(world, 3 * run.seed + 2);
      stopped = stop.result;
      tasks.push(...stop.tasks);
    }
    const afterAll = await world.audit(tasks);
    await run.report(
      {
        storage: 's3',
        engine: process.env.DATABASE_URL ? 'postgres' : 'embedded',
        outageSeconds: OUTAGE_MS / 1_000,
        outages,
        ...(stopped && { stoppedWhileStalled: stopped }),
        afterAll,
      },
      outages.every(passed) &&
        (!stopped || stoppedWell(stopped)) &&
        Object.values(afterAll).every((found) => found === 0),
    );
  } finally {
    await mendGateway();
    await world.close();
  }
} else {
  console.log(
    'storage-outage: skipped. It needs an object store that it may break: eval "$(scripts/radosgw.sh start)"',
  );
}
