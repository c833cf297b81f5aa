import type { Failpoint } from '../server/failpoint.ts';

/** What goes on when the server is killed. */
export type Scene =
  /** Photos are uploaded, one after the other; some are there already, and not sent again. */
  | 'upload'
  /** The same, with somebody who follows the vehicle. */
  | 'follow'
  /** The harness kills the server while half of a photo is sent. */
  | 'half-sent'
  /** The harness kills the server when a photo is sent and not completed. */
  | 'sent'
  /** Tickets end while their clients complete them. */
  | 'expire'
  /** Vehicles go, and the same photos come again for others. */
  | 'delete'
  /** A video is sent in parts, then its poster. */
  | 'video'
  /** The harness kills the server when some parts of a video are sent. */
  | 'video-half-sent'
  /** Media were deleted so long ago that their rows go. */
  | 'purge';

export interface CrashPoint {
  name: string;
  scene: Scene;
  /** Null where the harness kills. */
  failpoint: Failpoint | null;
  /** Life of a ticket, in seconds: short where tickets are to end, long where photos are to be saved. */
  ttlSeconds: number;
}

const SHORT = 6;
const LONG = 600;

/** Every point at which a photo could be lost or something be left behind. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  // Of a photo that is there already: any other ticket is one statement, which has no middle.
  point('before the ticket commits', 'upload', 'ticket-uncommitted', SHORT),
  point('after it, before the reply', 'upload', 'ticket-granted', SHORT),
  point('client in mid-PUT', 'half-sent', null, SHORT),
  point('after PUT, before complete', 'sent', null, LONG),
  point('in complete, before the HEAD', 'upload', 'completion-asked', LONG),
  point('after HEAD, before the claim', 'upload', 'bytes-checked', LONG),
  point('after the claim', 'upload', 'upload-claimed', LONG),
  point('in mid-decode', 'upload', 'media-decoding', LONG),
  point('after rendition 1 of n', 'upload', 'rendition-written', LONG),
  point('after all, before READY', 'upload', 'renditions-written', LONG),
  point('after READY, before the wake-up', 'upload', 'media-ready', LONG),
  point('after an event was sent', 'follow', 'event-sent', LONG),
  point('in delete: rows gone, objects there', 'purge', 'purge-rows-gone', LONG),
  point('in delete: objects gone', 'delete', 'objects-deleted', LONG),
  point('sweeper between list and delete', 'delete', 'sweep-listed', LONG),
  point('sweep racing complete', 'expire', 'tickets-expired', SHORT),
  point('between two parts of a video', 'video-half-sent', null, SHORT),
  point('parts put together, before the claim', 'video', 'bytes-checked', LONG),
  point('video written, before READY', 'video', 'renditions-written', LONG),
  point('poster half written', 'video', 'rendition-written', LONG),
];

function point(
  name: string,
  scene: Scene,
  failpoint: Failpoint | null,
  ttlSeconds: number,
): CrashPoint {
  return { name, scene, failpoint, ttlSeconds };
}
