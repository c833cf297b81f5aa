import type { Prisma } from '../../generated/prisma/client.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ORIGINAL = new RegExp(`^originals/${UUID}/${UUID}/(${UUID})/(poster-)?(\\d{1,9})$`);

/** A prefix of the store, and which of its keys are somebody's. */
export interface Shelf {
  prefix: string;
  /** Keys that the server makes there; whatever else lies there is not its own, and stays. */
  isOwnKey(key: string): boolean;
  /** Those of the server's own keys that a row speaks of. */
  findLive(tx: Prisma.TransactionClient, keys: readonly string[]): Promise<string[]>;
}

/** All three, in the order of a photo's way through them. */
export const SHELVES: readonly Shelf[] = [
  {
    // A ticket is there before its address is. When its bytes are of no more use, uploads know.
    prefix: 'incoming/',
    isOwnKey: (key) => new RegExp(`^incoming/${UUID}/${UUID}$`).test(key),
    findLive: (tx, keys) =>
      keysOf(tx.$queryRaw`
      select storage_key "key" from uploads where storage_key = any(${[...keys]})
      union select source_key from media_jobs where source_key = any(${[...keys]})`),
  },
  {
    // The version that is shown, and later ones: of an attempt that runs, or failed and may be repeated.
    prefix: 'originals/',
    isOwnKey: (key) => ORIGINAL.test(key),
    findLive: (tx, keys) => {
      const parts = keys.flatMap((key) => {
        const [, mediaId, poster, version] = ORIGINAL.exec(key) ?? [];
        if (mediaId === undefined) return [];
        return [{ key, mediaId, poster: poster !== undefined, version: Number(version) }];
      });
      return keysOf(tx.$queryRaw`
        select original.key from unnest(
            ${parts.map(({ key }) => key)}::text[],
            ${parts.map(({ mediaId }) => mediaId)}::uuid[],
            ${parts.map(({ poster }) => poster)}::boolean[],
            ${parts.map(({ version }) => version)}::int[]
          ) original(key, media_id, poster, version)
          join media on media.id = original.media_id
            and original.version >= case when original.poster then media.poster_version else media.version end
        union select source_key from media_jobs where source_key = any(${[...keys]})`);
    },
  },
  {
    // The content decides the key: several media may share it.
    prefix: 'r/',
    isOwnKey: (key) => /^r\/[0-9a-f]{32}\/(?:\d+\.(?:webp|jpg|avif)|video\.mp4)$/.test(key),
    findLive: (tx, keys) =>
      keysOf(tx.$queryRaw`
      select storage_key "key" from renditions where storage_key = any(${[...keys]})
      union select video_key from media where video_key = any(${[...keys]})`),
  },
];

async function keysOf(rows: Promise<unknown>): Promise<string[]> {
  return ((await rows) as { key: string }[]).map(({ key }) => key);
}
