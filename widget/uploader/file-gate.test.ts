import { describe, expect, it } from 'vitest';
import type { UploaderHost } from '../vehicle-media/uploader-host.ts';
import { uploadPolicy } from './documents.ts';
import { FileGate } from './file-gate.ts';

const JPEG = [0xff, 0xd8, 0xff];
const MP4 = [...'\0\0\0\x18ftypisom\0\0\0\0isommp42'].map((letter) => letter.charCodeAt(0));

/** As large as it says, without the bytes. */
function fileOf(head: number[], size: number): File {
  const file = new File([new Uint8Array(head)], 'file');
  Object.defineProperty(file, 'size', { value: size });
  return file;
}

function openGate(answer: () => Promise<unknown>): { gate: FileGate; asked: string[] } {
  const asked: string[] = [];
  const host: Partial<UploaderHost> = { accept: '', keepLocation: true };
  const request = <T>(document: string): Promise<T> => {
    asked.push(document);
    return answer() as Promise<T>;
  };
  return { gate: new FileGate(host as UploaderHost, request), asked };
}

const policyOf = (maxImageBytes: number, maxVideoBytes: number) => async () => ({
  viewer: { dealership: { uploadPolicy: { maxImageBytes, maxVideoBytes } } },
});

describe('the limits of a file', () => {
  it('are the server’s, which is asked before a file is refused', async () => {
    const { gate, asked } = openGate(policyOf(40_000_000, 300_000_000));
    expect(await gate.check(fileOf(JPEG, 25_000_000))).toBe('image/jpeg');
    expect(asked).toEqual([]);
    expect(await gate.check(fileOf(JPEG, 40_000_000))).toBe('image/jpeg');
    expect(await gate.check(fileOf(MP4, 300_000_000))).toBe('video/mp4');
    expect(asked).toEqual([uploadPolicy]);
    await expect(gate.check(fileOf(JPEG, 40_000_001))).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      data: { limitBytes: 40_000_000 },
    });
  });

  it.each([
    ['does not answer', () => Promise.reject(new Error('offline'))],
    ['tells none', async () => ({ viewer: null })],
  ])('are the usual ones while the server %s', async (_, answer) => {
    const { gate } = openGate(answer);
    await expect(gate.check(fileOf(MP4, 100_000_001))).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      data: { limitBytes: 100_000_000 },
    });
  });
});
