import type { Media, Rendition } from '../../generated/prisma/client.ts';

/** A media with what belongs to it, as resolvers read it. */
export type MediaRecord = Media & { renditions: Rendition[] };

type Json<T> = {
  [K in keyof T]: T[K] extends Date
    ? string
    : T[K] extends Date | null
      ? string | null
      : T[K] extends bigint
        ? string
        : T[K] extends (infer U)[]
          ? U extends object
            ? Json<U>[]
            : T[K]
          : T[K];
};

/** The same as plain JSON: dates and big integers as strings. */
export type MediaSnapshot = Json<MediaRecord>;

export function takeSnapshot(media: MediaRecord): MediaSnapshot {
  return JSON.parse(
    JSON.stringify(media, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  ) as MediaSnapshot;
}

export function fromSnapshot(snapshot: MediaSnapshot): MediaRecord {
  return {
    ...snapshot,
    originalByteSize: BigInt(snapshot.originalByteSize),
    usedBytes: BigInt(snapshot.usedBytes ?? 0),
    reservedBytes: BigInt(snapshot.reservedBytes ?? 0),
    readyAt: dateOrNull(snapshot.readyAt),
    deletedAt: dateOrNull(snapshot.deletedAt),
    createdAt: new Date(snapshot.createdAt),
    updatedAt: new Date(snapshot.updatedAt),
    renditions: snapshot.renditions.map((rendition) => ({
      ...rendition,
      createdAt: new Date(rendition.createdAt),
    })),
  };
}

function dateOrNull(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}
