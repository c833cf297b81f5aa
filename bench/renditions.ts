/**
 * Pictures a second through the image processor, beside plain sharp in this
 * process on the same pictures with the same outputs. `npx tsx bench/renditions.ts [rounds]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import sharp from 'sharp';
import { createImageProcessor } from '../server/media/image-processor.ts';
import { renderImage } from '../server/media/render-image.ts';
import { JPEG, planRenditions, WEBP } from '../server/media/rendition-plan.ts';
import { phonePhoto, photo } from '../test/pictures.ts';

const rounds = Number(process.argv[2] ?? 3);
const concurrency = availableParallelism();
const limits = { maxPixels: 100_000_000, maxSide: 16_384 };
const PICTURES_PER_ROUND = 8;

const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
const processor = createImageProcessor({
  ...limits,
  concurrency,
  timeoutMs: 60_000,
  memoryMb: 512,
  log: pino({ level: 'warn' }),
});

/** Each width and format decodes the file anew: sharp as its manual shows it. */
async function plainSharp(path: string): Promise<void> {
  const picture = sharp(path).autoOrient();
  const { autoOrient } = await picture.metadata();
  for (const { width } of planRenditions(autoOrient)) {
    await picture.clone().resize({ width }).webp(WEBP).toBuffer();
    await picture.clone().resize({ width }).flatten({ background: '#fff' }).jpeg(JPEG).toBuffer();
  }
}

const ways: Record<string, (path: string) => Promise<unknown>> = {
  'image processor': (path) => processor.process(path),
  'sharp, same steps': (path) => renderImage(path, limits),
  'sharp, plain': plainSharp,
};

async function picturesPerSecond(
  paths: readonly string[],
  work: (path: string) => Promise<unknown>,
): Promise<number> {
  const queue = Array.from({ length: PICTURES_PER_ROUND }, (_, i) => paths[i % paths.length]!);
  const started = performance.now();
  const lane = async () => {
    for (let path = queue.pop(); path; path = queue.pop()) await work(path);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return (PICTURES_PER_ROUND * 1_000) / (performance.now() - started);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

try {
  const photos = [
    await photo({ width: 4032, height: 3024, seed: 1, targetBytes: 4_000_000 }),
    await phonePhoto(2),
  ];
  const paths = photos.map((_, i) => join(folder, `${i}.jpg`));
  await Promise.all(photos.map(({ bytes }, i) => writeFile(paths[i]!, bytes)));

  const speeds = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (const work of Object.values(ways)) await picturesPerSecond(paths, work);
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(ways)) {
      speeds.get(name)!.push(await picturesPerSecond(paths, work));
    }
  }

  const own = median(speeds.get('image processor')!);
  console.log(`12 MP photos a second, ${concurrency} at once, medians of ${rounds}; ratio to each`);
  for (const [name, values] of speeds) {
    const speed = median(values);
    console.log(`${name.padEnd(20)}${speed.toFixed(2).padStart(6)}  ${(own / speed).toFixed(2)}`);
  }
} finally {
  await processor.close();
  await rm(folder, { recursive: true });
}
