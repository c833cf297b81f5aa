import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  EncodedPacket,
  EncodedVideoPacketSource,
  FilePathTarget,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { H264Encoder } from '../test/h264.ts';

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_PER_SECOND = 30;
const BASE_FRAMES = 2;
/** One sample in so many differs from the frame it was made of. */
const STEP = 4_096;
/** Below are the headers of macroblocks; a sample is never less. */
const DARKEST = 16;
const BRIGHTEST = 235;

export interface LargeClip {
  path: string;
  byteSize: number;
  /** Hex. */
  sha256: string;
}

/**
 * Writes an MP4 that browsers play, of `minBytes` or a little more, frame by
 * frame: uncompressed H.264, each frame with noise of its own. The same bytes
 * for the same numbers.
 */
export async function writeLargeClip(
  path: string,
  minBytes: number,
  random: (limit: number) => number,
): Promise<LargeClip> {
  const encoder = new H264Encoder(WIDTH, HEIGHT);
  const decoderConfig = {
    codec: 'avc1.42c028',
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    description: encoder.description,
  };
  const shade = () => DARKEST + random(BRIGHTEST - DARKEST);
  const frames = Array.from({ length: BASE_FRAMES }, () => encoder.keyFrame(shade));
  const output = new Output({
    target: new FilePathTarget(path),
    format: new Mp4OutputFormat({ fastStart: false }),
  });
  const video = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(video);
  await output.start();
  let written = 0;
  for (let index = 0; written < minBytes; index += 1) {
    const frame = Buffer.from(frames[index % BASE_FRAMES] as Buffer);
    for (let at = STEP; at < frame.length; at += STEP) {
      if ((frame[at] as number) >= DARKEST) frame[at] = shade();
    }
    const time = index / FRAMES_PER_SECOND;
    const packet = new EncodedPacket(frame, 'key', time, 1 / FRAMES_PER_SECOND);
    await video.add(packet, { decoderConfig });
    written += frame.length;
  }
  await output.finalize();
  const sha256 = createHash('sha256');
  await pipeline(createReadStream(path), sha256);
  return { path, byteSize: (await stat(path)).size, sha256: sha256.digest('hex') };
}
