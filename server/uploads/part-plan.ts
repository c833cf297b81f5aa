/** Larger files are sent in parts. */
export const MULTIPART_ABOVE_BYTES = 16 * 2 ** 20;

/** Of all parts but the last. S3 wants 5 MiB at least, and no more than 10,000 parts. */
const PART_BYTES = 8 * 2 ** 20;

/** Null for a file that is sent in one piece. */
export function partSizeOf(byteSize: number): number | null {
  return byteSize > MULTIPART_ABOVE_BYTES ? PART_BYTES : null;
}

/** How a file is cut. */
export interface PartPlan {
  partSize: number;
  /** Parts have the numbers from 1 to this. */
  partCount: number;
  /** Exact. */
  bytesOf(partNumber: number): number;
}

export function planParts(byteSize: number, partSize: number): PartPlan {
  const partCount = Math.ceil(byteSize / partSize);
  return {
    partSize,
    partCount,
    bytesOf: (partNumber) =>
      partNumber < partCount ? partSize : byteSize - partSize * (partCount - 1),
  };
}
