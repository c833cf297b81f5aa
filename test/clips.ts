import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { BitWriter } from './bit-writer.ts';
import { H264Encoder, type Paint } from './h264.ts';

export interface ClipOptions {
  /** As coded, in pixels; multiples of 16. */
  width?: number;
  height?: number;
  seconds?: number;
  framesPerSecond?: number;
  /** As many bytes or a little more: key frames are added until they suffice. */
  minBytes?: number;
  /** Degrees clockwise by which players turn the picture. */
  rotation?: 0 | 90 | 180 | 270;
  sound?: boolean;
  /** A place, a camera and dates, in every box that phones and editors write them to. */
  metadata?: boolean;
  /** Where the index is; `fragmented`: in pieces, as browsers record. */
  index?: 'first' | 'last' | 'fragmented';
  /** What the clip says to be coded in: the frames are those of `baseline` all the same. */
  profile?: 'baseline' | 'high-10' | 'hevc';
  /** Names the picture's codec something else, such as `mp4v`. */
  fourcc?: string;
  /** Names the sound's codec something else, such as `ac-3`. */
  soundFourcc?: string;
}

/** Text that stands in every clip with `metadata`. */
export const CLIP_TRACES = ['+52.5163+013.3777/', 'Forecourt Test Camera', 'XMP-TRACE'] as const;

const AUDIO_RATE = 48_000;
const AUDIO_FRAME = 1_024;
/** AAC-LC, 48 kHz, one channel. */
const AUDIO_CONFIG = new BitWriter().bits(2, 5).bits(3, 4).bits(1, 4).bytes();

/**
 * An MP4 with H.264 and AAC that browsers play, the same bytes for the same
 * options. Each second has a key frame of its own brightness ({@link shadeAt}),
 * with a bright square at the top left of the picture as it is coded.
 */
export async function clip(options: ClipOptions = {}): Promise<Buffer> {
  const {
    width = 160,
    height = 96,
    seconds = 2,
    framesPerSecond = 10,
    minBytes = 0,
    rotation = 0,
    sound = true,
    index = 'first',
    profile = 'baseline',
  } = options;
  const fastStart = { first: 'in-memory', last: false, fragmented: 'fragmented' } as const;
  const target = new BufferTarget();
  const output = new Output({
    target,
    format: new Mp4OutputFormat({ fastStart: fastStart[index] }),
  });
  const video = new EncodedVideoPacketSource(profile === 'hevc' ? 'hevc' : 'avc');
  output.addVideoTrack(video, { rotation });
  const audio = new EncodedAudioPacketSource('aac');
  if (sound) output.addAudioTrack(audio);
  await output.start();

  const encoder = new H264Encoder(width, height);
  const frames = seconds * framesPerSecond;
  const keyFrames = Math.max(seconds, Math.ceil(minBytes / (width * height * 1.5)));
  if (keyFrames > frames) throw new TypeError('More bytes than these frames can have.');
  const decoderConfig = {
    codec: { baseline: 'avc1.42c028', 'high-10': 'avc1.6e0028', hevc: 'hvc1.1.6.L93.B0' }[profile],
    codedWidth: width,
    codedHeight: height,
    description: descriptionOf(encoder, profile),
  };
  let keyed = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const time = frame / framesPerSecond;
    const isKey = keyed * frames <= frame * keyFrames || frame % framesPerSecond === 0;
    if (isKey) keyed += 1;
    const data = isKey ? encoder.keyFrame(paintAt(time)) : encoder.repeatedFrame();
    const packet = new EncodedPacket(data, isKey ? 'key' : 'delta', time, 1 / framesPerSecond);
    await video.add(packet, { decoderConfig });
  }
  for (let at = 0; sound && at < seconds * AUDIO_RATE; at += AUDIO_FRAME) {
    const packet = new EncodedPacket(silence(), 'key', at / AUDIO_RATE, AUDIO_FRAME / AUDIO_RATE);
    await audio.add(packet, {
      decoderConfig: {
        codec: 'mp4a.40.2',
        sampleRate: AUDIO_RATE,
        numberOfChannels: 1,
        description: AUDIO_CONFIG,
      },
    });
  }
  await output.finalize();
  return finish(Buffer.from(target.buffer!), options);
}

/** Brightness of a clip at a time, 16 to 235; it differs from second to second. */
export function shadeAt(seconds: number): number {
  return 40 + ((Math.floor(seconds) * 37) % 150);
}

function descriptionOf(encoder: H264Encoder, profile: ClipOptions['profile']): Buffer {
  if (profile === 'hevc') {
    // HEVCDecoderConfigurationRecord: main profile, level 3.1, no parameter sets.
    return Buffer.from('010160000000b000000000005df000fcfdf8f800000300', 'hex');
  }
  const description = encoder.description;
  if (profile === 'high-10') description[1] = 110;
  return description;
}

function paintAt(seconds: number): Paint {
  const shade = shadeAt(seconds);
  return (x, y) => (x < 32 && y < 32 ? 235 : shade);
}

/** One AAC frame in which nothing sounds. */
function silence(): Buffer {
  return new BitWriter()
    .bits(0, 3 + 4) // one channel
    .bits(0, 8) // gain
    .bits(0, 1 + 2 + 1 + 6 + 1) // a long window without bands
    .bits(0, 3) // no pulses, shaping, gain control
    .bits(7, 3) // the end
    .bytes();
}

function finish(mp4: Buffer, { metadata, fourcc, soundFourcc, index }: ClipOptions): Buffer {
  setDates(mp4);
  if (fourcc) rename(mp4, 'avc1', fourcc);
  if (soundFourcc) rename(mp4, 'mp4a', soundFourcc);
  if (!metadata) return mp4;
  if (index !== 'last') throw new TypeError('Metadata go with an index at the end.');
  const moov = mp4.lastIndexOf('moov') - 4;
  const place = Buffer.from([0, CLIP_TRACES[0].length, 0x15, 0xc7]);
  const udta = box('udta', [
    box('\xa9xyz', [place, Buffer.from(CLIP_TRACES[0])]),
    box('\xa9mod', [
      Buffer.from([0, CLIP_TRACES[1].length, 0x15, 0xc7]),
      Buffer.from(CLIP_TRACES[1]),
    ]),
  ]);
  mp4.writeUInt32BE(mp4.readUInt32BE(moov) + udta.length, moov);
  const xmp = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');
  return Buffer.concat([
    mp4,
    udta,
    box('uuid', [xmp, Buffer.from(`<x:xmpmeta>${CLIP_TRACES[2]}`)]),
  ]);
}

/** The same date in every clip: 2026-01-02, in seconds since 1904. */
function setDates(mp4: Buffer): void {
  for (const name of ['mvhd', 'tkhd', 'mdhd']) {
    for (let at = mp4.indexOf(name); at >= 0; at = mp4.indexOf(name, at + 4)) {
      if (mp4.readUInt32BE(at + 4) >>> 24 !== 0) throw new Error('64-bit dates');
      mp4.writeUInt32BE(3_850_156_800, at + 8);
      mp4.writeUInt32BE(3_850_156_800, at + 12);
    }
  }
}

function rename(mp4: Buffer, from: string, to: string): void {
  const at = mp4.indexOf(from, mp4.indexOf('stsd'));
  if (at < 0 || to.length !== 4) throw new Error(`No ${from} to rename.`);
  mp4.write(to, at, 'latin1');
}

/** A box of an MP4: its length, its name, what is in it. */
export function box(name: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length);
  header.write(name, 4, 'latin1');
  return Buffer.concat([header, body]);
}
