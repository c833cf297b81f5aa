import { open } from 'node:fs/promises';
import { boxesOfBuffer, boxesOfFile } from './mp4-boxes.ts';

const WITH_DATES = new Set(['mvhd', 'tkhd', 'mdhd']);
const CONTAINERS = new Set(['trak', 'mdia']);
/** Version and flags come before the dates. */
const DATES_AT = 4;

/** Sets the dates in an MP4's index to none: when it was written is nobody's business, and changes its hash. */
export async function eraseDates(filePath: string): Promise<void> {
  const file = await open(filePath, 'r+');
  try {
    const { size } = await file.stat();
    for await (const { name, start, end } of boxesOfFile(file, size)) {
      if (name !== 'moov') continue;
      const index = Buffer.alloc(end - start);
      await file.read(index, 0, index.length, start);
      eraseIn(index, 0, index.length);
      await file.write(index, 0, index.length, start);
    }
  } finally {
    await file.close();
  }
}

function eraseIn(index: Buffer, from: number, to: number): void {
  for (const { name, start, end } of boxesOfBuffer(index, from, to)) {
    if (CONTAINERS.has(name)) eraseIn(index, start, end);
    // Created and modified: 4 bytes each, or 8 in version 1.
    if (WITH_DATES.has(name))
      index.fill(0, start + DATES_AT, start + DATES_AT + (index[start] === 1 ? 16 : 8));
  }
}
