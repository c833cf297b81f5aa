import type { FileHash } from '../hash/hash-blob.ts';
import type { Ticket } from './upload-api.ts';
import { newId } from './new-id.ts';
import type { UploadFailure } from './upload-failure.ts';

export type TaskState =
  | 'queued'
  | 'hashing'
  | 'requesting'
  | 'sending'
  | 'completing'
  /** The server has the bytes and prepares the picture. */
  | 'processing'
  | 'ready'
  /** Held by the person. */
  | 'paused'
  /** Another tab is at it. */
  | 'elsewhere'
  | 'failed'
  | 'cancelled';

const transitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  queued: ['hashing', 'paused', 'failed', 'cancelled'],
  hashing: ['requesting', 'paused', 'failed', 'cancelled'],
  requesting: ['sending', 'completing', 'processing', 'paused', 'failed', 'cancelled'],
  sending: ['requesting', 'completing', 'paused', 'failed', 'cancelled'],
  completing: ['sending', 'requesting', 'processing', 'failed', 'cancelled'],
  processing: ['ready', 'failed', 'cancelled'],
  paused: ['queued', 'cancelled'],
  elsewhere: ['queued', 'paused', 'processing', 'cancelled'],
  failed: ['queued', 'processing', 'cancelled'],
  ready: [],
  cancelled: [],
};

const onItsWay: readonly TaskState[] = [
  'queued',
  'hashing',
  'requesting',
  'sending',
  'completing',
  'paused',
];

/** Why a task that moves by itself is not moving: it waits for the next try, or for a network. */
export type Waiting = 'retry' | 'network' | null;

/** What was reached on a file's way, as a later page needs it to go on. */
export interface Reached {
  /** As it was chosen; without bytes where they could not be kept. */
  readonly file: File;
  /** What is sent: the file itself, or what was made of it. */
  readonly body: File;
  /** Found in the bytes. */
  readonly contentType: string;
  /** Null until the bytes are ready to be sent. */
  readonly hash: FileHash | null;
  /** Asking for a ticket again with this key gives the same one. */
  readonly ticketKey: string;
  readonly ticket: Ticket | null;
  /** Of the bytes that the ticket is for, where they have to be looked at anew. */
  readonly ticketSha256: string | null;
  /** The file that has to be chosen again, because its bytes could not be kept. */
  readonly awaited: { readonly byteSize: number } | null;
}

export interface TaskSeed extends Partial<Reached> {
  /** Nowhere else the same. */
  readonly id: string;
  readonly rank: number;
  readonly file: File;
  readonly vehicleId: string | null;
  readonly state?: 'queued' | 'elsewhere';
  readonly onChange: (task: UploadTask) => void;
}

/** One file's way into the gallery. Only {@link moveTo} changes its state. */
export class UploadTask implements Reached {
  readonly id: string;
  /** Place in the queue: lower goes first. */
  readonly rank: number;
  file: File;
  /** The page may turn to another vehicle meanwhile. */
  readonly vehicleId: string | null;
  body: File;
  contentType = '';
  hash: FileHash | null = null;
  ticketKey: string;
  ticket: Ticket | null = null;
  ticketSha256: string | null = null;
  awaited: Reached['awaited'] = null;
  mediaId: string | null = null;
  /** Never falls: a second try counts again only what goes beyond the first. */
  sentBytes = 0;
  failure: UploadFailure | null = null;
  /** Failed on this machine, before anything was asked of the server. */
  rejected = false;
  waiting: Waiting = null;
  #state: TaskState;
  #run = new AbortController();
  #onChange: (task: UploadTask) => void;

  constructor({ id, rank, file, vehicleId, state = 'queued', onChange, ...reached }: TaskSeed) {
    this.id = this.ticketKey = id;
    this.rank = rank;
    this.vehicleId = vehicleId;
    this.file = this.body = file;
    this.#state = state;
    this.#onChange = onChange;
    Object.assign(this, reached);
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Fires when the person pauses or cancels; another one for every run. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  /** On this machine there is still something to do for it. */
  get active(): boolean {
    return onItsWay.includes(this.#state);
  }

  /** Of what is sent, as far as it is known by now. */
  get byteSize(): number {
    return this.awaited?.byteSize ?? this.body.size;
  }

  /** Whether {@link pause} would do something. */
  get pausable(): boolean {
    return this.active && transitions[this.#state].includes('paused');
  }

  /** @throws Error when the state machine has no such step: a mistake in this folder. */
  moveTo(next: TaskState): void {
    if (next === this.#state) return;
    if (!transitions[this.#state].includes(next)) {
      throw new Error(`An upload cannot go from ${this.#state} to ${next}.`);
    }
    this.#state = next;
    this.waiting = null;
    if (next !== 'failed') {
      this.failure = null;
      this.rejected = false;
    }
    this.#onChange(this);
  }

  fail(failure: UploadFailure): void {
    this.failure = failure;
    this.forgetTarget();
    this.rejected = !this.awaited && (this.#state === 'queued' || this.#state === 'hashing');
    this.moveTo('failed');
  }

  /** Stops what goes on for it, and keeps what was reached. */
  pause(): void {
    this.moveTo('paused');
    this.stop();
    this.forgetTarget();
  }

  /** What the store has by now, and where the rest goes, is to be asked anew. */
  forgetTarget(): void {
    if (this.ticket) this.ticket = { ...this.ticket, target: undefined };
  }

  /** Back to the queue, for another run. */
  queue(): void {
    this.#run = new AbortController();
    this.moveTo('queued');
  }

  /** Ends everything that goes on for it. */
  cancel(): void {
    this.moveTo('cancelled');
    this.stop();
  }

  /** Ends the run and leaves the state: nothing more will come of it on this page. */
  stop(): void {
    this.#run.abort();
  }

  /** Another run begins with a new ticket. */
  dropTicket(): void {
    this.ticket = null;
    this.ticketKey = newId();
  }

  sent(bytes: number): void {
    if (bytes <= this.sentBytes) return;
    this.sentBytes = Math.min(bytes, this.byteSize);
  }
}
