/**
 * Photos of 12 MP a second through the image processor, beside sharp with the
 * same outputs, as many at once as there are cores; and how long one photo takes
 * to be READY on a server that has nothing else to do.
 *
 *   npm run bench:renditions [-- --rounds 5 --out file.json --no-peers]
 *   --no-peers leaves out jimp, in bench/peers
 *
 * - sharp, plain: in a process of its own with the settings that it comes with.
 * - sharp, same steps: what the image processor does, in this process: a photo is
 *   decoded once, and each width made from the next larger one.
 *
 * The faster of these two is the limit of its round. Ends with 1 when the image
 * processor reaches less than 0.9 of it, or a photo takes more than 2 seconds
 * from its completion to the event that says READY.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { createImageProcessor } from '../server/media/image-processor.ts';
import { renderImage } from '../server/media/render-image.ts';
import { planRenditions } from '../server/media/rendition-plan.ts';
import { phonePhoto, photo } from '../test/pictures.ts';
import { median } from './api/load.ts';
import { installPeers } from './api/peers.ts';
import { forkRenderer } from './renditions/forked-renderer.ts';
import { startReadyServer } from './renditions/until-ready.ts';
import { report, rounded, type Measured } from './result.ts';

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
    peers: { type: 'boolean', default: true },
  },
});
const concurrency = availableParallelism();
const limits = { maxPixels: 100_000_000, maxSide: 16_384 };
const RATIO_AT_LEAST = 0.9;
const READY_SECONDS = 2;
const SIZE = { width: 4_032, height: 3_024 };
const widths = planRenditions(SIZE).map(({ width }) => width);

const OWN = 'image processor';
const LIMITS = ['sharp, plain', 'sharp, same steps'];

interface Way {
  name: string;
  /** In each round; what is slow does fewer. */
  pictures: number;
  render(path: string): Promise<unknown>;
}

async function picturesPerSecond(
  { pictures, render }: Way,
  paths: readonly string[],
): Promise<number> {
  const queue = Array.from(
    { length: pictures },
    (_, index) => paths[index % paths.length] as string,
  );
  const started = performance.now();
  const lane = async () => {
    for (let path = queue.pop(); path; path = queue.pop()) await render(path);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return (pictures * 1_000) / (performance.now() - started);
}

const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
const processor = createImageProcessor({
  ...limits,
  concurrency,
  timeoutMs: 60_000,
  memoryMb: 512,
  log: pino({ level: 'warn' }),
});
const plain = forkRenderer(new URL('renditions/plain-sharp.mjs', import.meta.url), 1);
if (options.peers) installPeers();
const jimp = options.peers
  ? forkRenderer(new URL('peers/jimp.mjs', import.meta.url), concurrency)
  : null;
const server = await startReadyServer();
try {
  const landscape = await photo({ ...SIZE, seed: 1, targetBytes: 4_000_000 });
  const photos = [landscape, await phonePhoto(2)];
  const paths = photos.map((_, index) => join(folder, `${index}.jpg`));
  await Promise.all(photos.map(({ bytes }, index) => writeFile(paths[index] as string, bytes)));

  const pictures = 4 * concurrency;
  const ways: Way[] = [
    { name: OWN, pictures, render: (path) => processor.process(path) },
    { name: 'sharp, same steps', pictures, render: (path) => renderImage(path, limits) },
    { name: 'sharp, plain', pictures, render: (path) => plain.render(path, widths) },
  ];
  if (jimp)
    ways.push({
      name: 'jimp, JPEG alone',
      pictures: concurrency,
      render: (path) => jimp.render(path, widths),
    });

  const rounds: Map<string, number>[] = [];
  const ready: number[] = [];
  // The first one warms up.
  for (let round = -1; round < Number(options.rounds); round += 1) {
    const speeds = new Map<string, number>();
    for (const way of ways) speeds.set(way.name, await picturesPerSecond(way, paths));
    // What follows the end of a JPEG is not looked at, and makes it another file.
    const another = Buffer.concat([landscape.bytes, Buffer.from(String(round))]);
    const seconds = await server.untilReady(another);
    if (round < 0) continue;
    rounds.push(speeds);
    ready.push(seconds);
  }

  const results: Measured[] = ways.map(({ name }) => {
    const speeds = rounds.map((speedsOf) => speedsOf.get(name) as number);
    const spread = speeds.map((speed, index) =>
      rounded(speed / Math.max(...LIMITS.map((limit) => rounds[index]?.get(limit) as number))),
    );
    const ratio = median(spread);
    const goal = name === OWN ? RATIO_AT_LEAST : null;
    return {
      name,
      perSecond: rounded(median(speeds)),
      ratio,
      spread,
      goal,
      reached: goal && ratio >= goal,
    };
  });
  const seconds = rounded(median(ready));
  results.push({
    name: 'READY after completion',
    seconds,
    spread: ready.map((each) => rounded(each)),
    goal: READY_SECONDS,
    reached: seconds <= READY_SECONDS,
  });
  await report(options.out, {
    concurrency,
    megapixels: rounded((SIZE.width * SIZE.height) / 1e6, 1),
    rounds: Number(options.rounds),
    results,
  });
} finally {
  await server.stop();
  await processor.close();
  plain.close();
  jimp?.close();
  await rm(folder, { recursive: true });
}
