import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import sharp from 'sharp';
import { createImageProcessor } from '../server/media/image-processor.ts';
import type {
  ImageProcessorOptions,
  ProcessedImage,
  ProcessedRendition,
} from '../server/media/image-processor.ts';
import { fromScene } from './pictures.ts';
import type { Scene } from './scene.ts';

/** An image processor with a folder for its inputs, and what it logged. */
export interface ProcessingRig {
  write(bytes: Uint8Array): Promise<string>;
  process(filePath: string, signal?: AbortSignal): Promise<ProcessedImage>;
  render(bytes: Uint8Array): Promise<ProcessedImage>;
  /** Ids of the processes that were started and have not ended, oldest first. */
  pids(): number[];
  /** Ids of all processes that were started. */
  started(): number[];
  close(): Promise<void>;
}

export async function startProcessing(
  overrides: Partial<ImageProcessorOptions> = {},
): Promise<ProcessingRig> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-images-'));
  const started: number[] = [];
  const ended = new Set<number>();
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { imageProcess, msg } = JSON.parse(line);
        if (msg === 'image process started') started.push(imageProcess);
        if (msg === 'image process ended') ended.add(imageProcess);
      },
    },
  );
  const processor = createImageProcessor({
    concurrency: 1,
    timeoutMs: 60_000,
    maxPixels: 100_000_000,
    maxSide: 16_384,
    memoryMb: 512,
    log,
    ...overrides,
  });
  let files = 0;
  const write = async (bytes: Uint8Array) => {
    const path = join(folder, String((files += 1)));
    await writeFile(path, bytes);
    return path;
  };
  return {
    write,
    process: (filePath, signal) => processor.process(filePath, signal ? { signal } : {}),
    render: async (bytes) => processor.process(await write(bytes)),
    pids: () => started.filter((pid) => !ended.has(pid)),
    started: () => [...started],
    async close() {
      await processor.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function renditionOf(
  image: ProcessedImage,
  format: 'WEBP' | 'JPEG',
  width: number,
): ProcessedRendition {
  const found = image.renditions.find((one) => one.format === format && one.width === width);
  if (!found) throw new Error(`no ${format} of width ${width}`);
  return found;
}

/** Peak signal-to-noise ratio in dB between a rendition and the scene scaled to its size. */
export async function likeness(rendition: ProcessedRendition, scene: Scene): Promise<number> {
  const { width, height, bytes } = rendition;
  const actual = await sharp(bytes).toColourspace('srgb').removeAlpha().raw().toBuffer();
  const expected = await fromScene(scene).resize({ width, height, fit: 'fill' }).raw().toBuffer();
  if (actual.length !== expected.length) throw new Error('not of the size that it says');
  let sum = 0;
  for (let i = 0; i < actual.length; i += 1) sum += (actual[i]! - expected[i]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / actual.length));
}
