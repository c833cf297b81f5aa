/**
 * How long the video processor takes for one MP4, and the most memory its
 * process had. `npx tsx bench/videos.ts [megabytes]`
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createVideoProcessor } from '../server/media/video-processor.ts';
import { clip, type ClipOptions } from '../test/clips.ts';

const megabytes = Number(process.argv[2] ?? 98);
const hd = { width: 1280, height: 720 };

const CLIPS: Record<string, ClipOptions> = {
  [`${megabytes} MB, index last`]: {
    ...hd,
    seconds: 30,
    minBytes: megabytes * 1e6,
    index: 'last',
  },
  [`${megabytes} MB, fragmented`]: {
    ...hd,
    seconds: 30,
    minBytes: megabytes * 1e6,
    index: 'fragmented',
  },
  'an hour, 60 frames a second': { width: 16, height: 16, seconds: 3_600, framesPerSecond: 60 },
};

const folder = await mkdtemp(join(tmpdir(), 'forecourt-bench-'));
try {
  for (const [name, options] of Object.entries(CLIPS)) {
    const filePath = join(folder, 'original');
    const outputPath = join(folder, 'remuxed');
    await writeFile(filePath, await clip(options));
    let pid = 0;
    const log = pino(
      { level: 'debug' },
      { write: (line: string) => (pid ||= JSON.parse(line).videoProcess) },
    );
    const processor = createVideoProcessor({
      concurrency: 1,
      timeoutMs: 120_000,
      maxSide: 16_384,
      memoryMb: 768,
      log,
    });
    const started = performance.now();
    await processor.process({ filePath, outputPath });
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024;
    const megabytesOut = ((await stat(outputPath)).size / 1e6).toFixed(1);
    console.log(
      `${name.padEnd(28)} ${megabytesOut.padStart(6)} MB out, ${seconds} s, at most ${peak.toFixed(0)} MiB resident`,
    );
    await processor.close();
    await rm(outputPath);
  }
} finally {
  await rm(folder, { recursive: true });
}
