import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import pino from 'pino';
import { createVideoProcessor } from '../server/media/video-processor.ts';
import type { ProcessedVideo, VideoProcessorOptions } from '../server/media/video-processor.ts';

/** A video processor with a folder for its files. */
export interface VideoRig {
  folder: string;
  remux(bytes: Uint8Array): Promise<{ video: ProcessedVideo; bytes: Buffer }>;
  /** Ids of all processes that were started. */
  started(): number[];
  close(): Promise<void>;
}

export async function startVideoProcessing(
  overrides: Partial<VideoProcessorOptions> = {},
): Promise<VideoRig> {
  const folder = await mkdtemp(join(tmpdir(), 'forecourt-videos-'));
  const started: number[] = [];
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { videoProcess, msg } = JSON.parse(line);
        if (msg === 'video process started') started.push(videoProcess);
      },
    },
  );
  const processor = createVideoProcessor({
    concurrency: 1,
    timeoutMs: 60_000,
    maxSide: 16_384,
    memoryMb: 512,
    log,
    ...overrides,
  });
  let files = 0;
  return {
    folder,
    async remux(bytes) {
      const filePath = join(folder, String((files += 1)));
      const outputPath = `${filePath}.mp4`;
      await writeFile(filePath, bytes);
      const video = await processor.process({ filePath, outputPath });
      return { video, bytes: await readFile(outputPath) };
    },
    started: () => [...started],
    async close() {
      await processor.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The coded frames of every track, with their times, as another reader finds them. */
export async function packetsOf(mp4: Buffer) {
  const input = new Input({ source: new BufferSource(mp4), formats: ALL_FORMATS });
  const tracks = [];
  for (const track of await input.getTracks()) {
    const packets = [];
    for await (const { data, timestamp, duration, type } of new EncodedPacketSink(
      track,
    ).packets()) {
      const round = (seconds: number) => Math.round(seconds * 1_000);
      packets.push({ data: Buffer.from(data), at: round(timestamp), for: round(duration), type });
    }
    tracks.push({ codec: await track.getCodecParameterString(), packets });
  }
  return tracks;
}
