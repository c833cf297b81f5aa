/**
 * Points in the life of a photo at which a crash test may stop the server, as
 * `FAILPOINTS` says. Two more are the client's own: while it sends bytes, and
 * between them and its completion.
 */
export type Failpoint =
  /** A ticket that takes more than one statement is written, its transaction open. */
  | 'ticket-uncommitted'
  /** The ticket is there; the client does not know of it. */
  | 'ticket-granted'
  /** A completion was asked for; nothing is known of the bytes. */
  | 'completion-asked'
  /** The bytes are the announced ones; nobody has taken them over. */
  | 'bytes-checked'
  /** The bytes are claimed and their job is queued; the client does not know. */
  | 'upload-claimed'
  /** The original is kept, and a process decodes it. */
  | 'media-decoding'
  /** One rendition is stored, others may be; no row names them. */
  | 'rendition-written'
  /** All renditions are stored; no row names them. */
  | 'renditions-written'
  /** The media is READY; whoever waits has not been woken by this process. */
  | 'media-ready'
  /** A subscriber has an event, and the next one is still to come. */
  | 'event-sent'
  /** Rows of deleted media are gone, their objects are all there. */
  | 'purge-rows-gone'
  /** The sweep has deleted objects, and does nothing more about them. */
  | 'objects-deleted'
  /** The sweep knows which objects are nobody's, and has deleted none. */
  | 'sweep-listed'
  /** Tickets have just ended, whatever their clients are doing. */
  | 'tickets-expired';

/** Every {@link Failpoint}: the compiler refuses a name too few. */
const NAMES = Object.keys({
  'ticket-uncommitted': true,
  'ticket-granted': true,
  'completion-asked': true,
  'bytes-checked': true,
  'upload-claimed': true,
  'media-decoding': true,
  'rendition-written': true,
  'renditions-written': true,
  'media-ready': true,
  'event-sent': true,
  'purge-rows-gone': true,
  'objects-deleted': true,
  'sweep-listed': true,
  'tickets-expired': true,
} satisfies Record<Failpoint, true>) as Failpoint[];

const ACTIONS = ['kill', 'error', 'wait'] as const;

export interface ArmedFailpoint {
  name: Failpoint;
  /** Ends the process as `kill -9` does, throws, or goes no further. */
  action: (typeof ACTIONS)[number];
  /** At which pass, from 1; it does nothing at the others. */
  pass: number;
}

/** Reads `name:action[@pass]`, with commas between several. Null when it is anything else. */
export function parseFailpoints(text: string): ArmedFailpoint[] | null {
  const armed = text.split(',').map((spec) => {
    const [, name, action, pass = '1'] = /^([\w-]+):(\w+)(?:@([1-9]\d{0,5}))?$/.exec(spec) ?? [];
    const known = NAMES.find((candidate) => candidate === name);
    const does = ACTIONS.find((candidate) => candidate === action);
    return known && does ? { name: known, action: does, pass: Number(pass) } : null;
  });
  return armed.every((point) => point !== null) ? armed : null;
}

interface Point extends ArmedFailpoint {
  passes: number;
  reached(): void;
  released: Promise<void>;
}

let armed: Map<Failpoint, Point> | null = null;

/** What a test holds of a failpoint that it armed with `wait`. */
export interface HeldFailpoint {
  readonly reached: Promise<void>;
  release(): void;
}

/** Arms these and no others, for the whole process. In the order that they are given. */
export function armFailpoints(points: readonly ArmedFailpoint[]): HeldFailpoint[] {
  armed = points.length > 0 ? new Map() : null;
  return points.map((point) => {
    let reached = () => {};
    let release = () => {};
    const arrival = new Promise<void>((resolve) => (reached = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    armed?.set(point.name, { ...point, passes: 0, reached, released });
    return { reached: arrival, release };
  });
}

/** Costs a comparison unless failpoints are armed. */
export function failpoint(name: Failpoint): Promise<void> | undefined {
  const point = armed?.get(name);
  return point && pass(point);
}

async function pass(point: Point): Promise<void> {
  point.passes += 1;
  if (point.passes !== point.pass) return;
  switch (point.action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal is on its way: nothing more is to happen.
      return new Promise(() => {});
    case 'error':
      throw new Error(`The failpoint ${point.name} breaks this off.`);
    case 'wait':
      point.reached();
      return point.released;
  }
}
