import type { FileHandle } from 'node:fs/promises';
import { MediaFailure } from './media-failure.ts';
import { boxesOfBuffer, boxesOfFile, type Mp4Box } from './mp4-boxes.ts';

/** Of an index or of a fragment's; an hour at 60 frames a second needs about 6 MB. */
const MAX_INDEX_BYTES = 32 * 2 ** 20;
/** Of one track: more than four hours at 60 frames a second. */
const MAX_SAMPLES = 1_000_000;
const MAX_TRACKS = 64;
/** A file in fragments of a second has two for each second. */
const MAX_TOP_LEVEL_BOXES = 100_000;
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf']);
const SAMPLE_COUNT_FIELD = { stsz: 8, stz2: 8, saiz: 5, trun: 4 };
/** Tables of runs: so many bytes each, the first four of which say how many samples. */
const RUN_BYTES = { stts: 8, ctts: 8 };
/** Tables of so many bytes an entry. */
const ENTRY_BYTES = { stco: 4, co64: 8, stsc: 12, stss: 4 };

/**
 * Refuses an MP4 whose boxes do not fit in each other, or whose tables speak of
 * more than any video has, before a parser gets to believe them. Reads the
 * index alone. Throws {@link MediaFailure}.
 */
export async function checkMp4(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  let count = 0;
  let indexes = 0;
  let samples = 0;
  for await (const box of boxesOfFile(file, size)) {
    if ((count += 1) > MAX_TOP_LEVEL_BOXES) throw unreadable('more boxes than a video has');
    if (box.name === 'moov') indexes += 1;
    if (box.name !== 'moov' && box.name !== 'moof') continue;
    samples += checkIndex(await readBox(file, box));
    if (box.name === 'moof' && samples > MAX_SAMPLES) throw unreadable('too many samples');
  }
  if (indexes !== 1) throw unreadable(`${indexes} indexes`);
}

async function readBox(file: FileHandle, { name, start, end }: Mp4Box): Promise<Buffer> {
  if (end - start > MAX_INDEX_BYTES) throw unreadable(`${name} of ${end - start} bytes`);
  const bytes = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  return bytes.subarray(0, bytesRead);
}

/** Returns how many samples its fragments have. */
function checkIndex(bytes: Buffer): number {
  let tracks = 0;
  let fragmented = 0;
  const open: Iterator<Mp4Box>[] = [boxesOfBuffer(bytes, 0, bytes.length)];
  while (open.length > 0) {
    const { value: box, done } = open.at(-1)!.next();
    if (done) {
      open.pop();
      continue;
    }
    if (box.name === 'trak' && (tracks += 1) > MAX_TRACKS) throw unreadable('too many tracks');
    if (CONTAINERS.has(box.name)) open.push(boxesOfBuffer(bytes, box.start, box.end));
    const samples = countSamples(bytes, box);
    if (samples > MAX_SAMPLES) throw unreadable(`${samples} samples in ${box.name}`);
    if (box.name === 'trun') fragmented += samples;
  }
  return fragmented;
}

/** Also holds the count of a table to its size. */
function countSamples(bytes: Buffer, { name, start, end }: Mp4Box): number {
  const number = (at: number): number => {
    if (start + at + 4 > end) throw unreadable(`${name} is cut`);
    return bytes.readUInt32BE(start + at);
  };
  if (isKey(SAMPLE_COUNT_FIELD, name)) return number(SAMPLE_COUNT_FIELD[name]);
  const entryBytes = isKey(RUN_BYTES, name)
    ? RUN_BYTES[name]
    : isKey(ENTRY_BYTES, name)
      ? ENTRY_BYTES[name]
      : 0;
  if (entryBytes === 0) return 0;
  const entries = number(4);
  if (8 + entries * entryBytes > end - start) throw unreadable(`${entries} entries in ${name}`);
  if (!isKey(RUN_BYTES, name)) return 0;
  let samples = 0;
  for (let entry = 0; entry < entries; entry += 1) samples += number(8 + entry * entryBytes);
  return samples;
}

function isKey<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

function unreadable(cause: string): MediaFailure {
  return new MediaFailure('UNREADABLE', { cause });
}
