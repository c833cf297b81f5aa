import { open } from 'node:fs/promises';
import {
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  FilePathTarget,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
  type EncodedPacket,
  type InputAudioTrack,
  type InputTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { checkMp4 } from './check-mp4.ts';
import { eraseDates } from './erase-dates.ts';
import { MediaFailure } from './media-failure.ts';
import { SNIFF_BYTES, sniffMediaType, VIDEO_TYPE } from './media-type.ts';
import type { ProcessedVideo, VideoJob } from './video-messages.ts';

/** Sample entries; others hold the same codecs, but encrypted. */
const VIDEO_ENTRIES = new Set<unknown>(['avc1', 'avc3', 'hvc1', 'hev1']);

/**
 * Writes the picture and the sound of an MP4 into a new one, as they are coded:
 * turned and timed as before, the index first, and nothing else of what came.
 *
 * Rejects with {@link MediaFailure}. Believes what a file says as far as this
 * process may be killed.
 */
export async function remuxVideo(job: VideoJob): Promise<ProcessedVideo> {
  await refuseOthers(job.filePath);
  const input = new Input({ source: new FilePathSource(job.filePath), formats: [MP4] });
  try {
    return await remux(input, job);
  } catch (error) {
    if (error instanceof MediaFailure || isOfTheSystem(error)) throw error;
    // What the parser stumbles over is the file's fault.
    throw new MediaFailure('UNREADABLE', { cause: error });
  } finally {
    input.dispose();
  }
}

async function refuseOthers(filePath: string): Promise<void> {
  const file = await open(filePath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    const type = await sniffMediaType(buffer.subarray(0, bytesRead));
    if (type !== VIDEO_TYPE) throw new MediaFailure('UNSUPPORTED_FORMAT', { cause: type });
    await checkMp4(file);
  } finally {
    await file.close();
  }
}

async function remux(input: Input, { outputPath, maxSide }: VideoJob): Promise<ProcessedVideo> {
  const video = await chooseVideo(input);
  const audio = await chooseAudio(input);
  const { width, height } = await measure(video.track, maxSide);
  const lanes = [video.lane, ...(audio ? [audio.lane] : [])];
  for (const lane of lanes) await inspect(lane);
  const endsAt = Math.max(...lanes.map((lane) => lane.endsAt));
  if (video.lane.count === 0 || !(endsAt > 0)) throw unreadable('there is no picture in it');

  const output = new Output({
    target: new FilePathTarget(outputPath),
    format: new Mp4OutputFormat({ fastStart: 'reserve' }),
  });
  try {
    output.addVideoTrack(video.source, {
      rotation: await video.track.getRotation(),
      flip: await video.track.getFlip(),
      maximumPacketCount: video.lane.count,
    });
    if (audio) {
      const languageCode = await audio.track.getLanguageCode();
      output.addAudioTrack(audio.source, { languageCode, maximumPacketCount: audio.lane.count });
    }
    await output.start();
    await copy(lanes);
    await output.finalize();
  } finally {
    if (output.state !== 'finalized') await output.cancel();
  }
  await eraseDates(outputPath);
  return {
    width,
    height,
    durationMs: Math.round(endsAt * 1_000),
    codecs: [video.codecs, ...(audio ? [audio.codecs] : [])].join(', '),
  };
}

/** A track on its way from one file to the other. */
interface Lane {
  track: InputTrack;
  add(packet: EncodedPacket): Promise<void>;
  count: number;
  byteSize: number;
  /** In seconds. */
  endsAt: number;
}

async function chooseVideo(input: Input) {
  const names: unknown[] = [];
  for (const track of await input.getVideoTracks()) {
    const [name, codec] = [await track.getInternalCodecId(), await track.getCodec()];
    names.push(name);
    if (!VIDEO_ENTRIES.has(name) || (codec !== 'avc' && codec !== 'hevc')) continue;
    const { config, codecs } = await configOf(track);
    const source = new EncodedVideoPacketSource(codec);
    const lane = laneOf(track, (packet) => source.add(packet, { decoderConfig: config }));
    return { track, source, lane, codecs };
  }
  throw unplayable(`picture in ${names.join(', ') || 'no track'}`);
}

/** Null for a silent film; other tracks than those that browsers play are left out. */
async function chooseAudio(input: Input) {
  const names: unknown[] = [];
  for (const track of await input.getAudioTracks()) {
    const [name, codec] = [await track.getInternalCodecId(), await track.getCodec()];
    names.push(name);
    if (name !== 'mp4a' || codec !== 'aac') continue;
    const { config, codecs } = await configOf(track);
    const source = new EncodedAudioPacketSource(codec);
    const lane = laneOf(track, (packet) => source.add(packet, { decoderConfig: config }));
    return { track, source, lane, codecs };
  }
  if (names.length > 0) throw unplayable(`sound in ${names.join(', ')}`);
  return null;
}

async function configOf<T extends InputVideoTrack | InputAudioTrack>(track: T) {
  const config = (await track.getDecoderConfig()) as Awaited<ReturnType<T['getDecoderConfig']>>;
  if (config === null) throw unreadable('the codec is not configured');
  return { config, codecs: config.codec.replace(/^hev1/, 'hvc1') };
}

function laneOf(track: InputTrack, add: Lane['add']): Lane {
  return { track, add, count: 0, byteSize: 0, endsAt: 0 };
}

async function measure(track: InputVideoTrack, maxSide: number) {
  const width = Math.round(await track.getDisplayWidth());
  const height = Math.round(await track.getDisplayHeight());
  if (!(width > 0 && height > 0)) throw unreadable(`${width} x ${height} pixels`);
  if (Math.max(width, height) > maxSide) {
    throw new MediaFailure('TOO_MANY_PIXELS', { cause: `${width} x ${height}` });
  }
  return { width, height };
}

/** Reads the index only. */
async function inspect(lane: Lane): Promise<void> {
  const packets = new EncodedPacketSink(lane.track).packets(undefined, undefined, {
    metadataOnly: true,
  });
  for await (const packet of packets) {
    lane.count += 1;
    lane.byteSize += packet.byteLength;
    lane.endsAt = Math.max(lane.endsAt, packet.timestamp + packet.duration);
  }
}

/** Side by side in time, so that little waits in memory. Every packet must be there whole. */
async function copy(lanes: readonly Lane[]): Promise<void> {
  const open = await Promise.all(
    lanes.map(async (lane) => {
      const packets = new EncodedPacketSink(lane.track).packets();
      return { lane, packets, next: await packets.next(), count: 0, byteSize: 0 };
    }),
  );
  for (;;) {
    let first: (typeof open)[number] | undefined;
    for (const each of open) {
      if (each.next.done) continue;
      if (!first?.next.value || each.next.value.timestamp < first.next.value.timestamp)
        first = each;
    }
    if (!first || first.next.done) break;
    const packet = first.next.value;
    await first.lane.add(packet);
    first.count += 1;
    first.byteSize += packet.data.byteLength;
    first.next = await first.packets.next();
  }
  for (const { lane, count, byteSize } of open) {
    if (count !== lane.count || byteSize !== lane.byteSize) {
      throw unreadable(`${byteSize} of ${lane.byteSize} bytes of a track are there`);
    }
  }
}

function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function unreadable(cause: string): MediaFailure {
  return new MediaFailure('UNREADABLE', { cause });
}

function unplayable(cause: string): MediaFailure {
  return new MediaFailure('UNPLAYABLE_VIDEO', { cause });
}
