import type { FileHash } from '../hash/hash-blob.ts';
import { backoffMs, delay } from './backoff.ts';
import { linkedAbort } from './linked-abort.ts';
import type { QueueOptions } from './queue-options.ts';
import type { Parcel, Run, SendResult, UploadSteps } from './run.ts';
import { runUpload } from './run-upload.ts';
import { sendPoster } from './send-poster.ts';
import { TicketDesk } from './ticket-desk.ts';
import { Turns } from './turns.ts';
import { TRUSTED_MS, type Address, type AnsweredMedia, type Ticket } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';
import type { UploadTask } from './upload-task.ts';

const GATHER_MS = 150;
/** While nothing is on its way to the store, every moment counts. */
const IDLE_GATHER_MS = 30;
const HASHES_AT_ONCE = 2;

/** What the steps need from the queue they are part of. */
interface QueueView {
  readonly tasks: readonly UploadTask[];
  /** Bytes have left just now. */
  readonly moved: () => void;
  readonly giveBack: (ticket: Ticket) => void;
}

/** The steps of a queue's files, each of which waits there for its turn. */
export class QueueSteps implements UploadSteps {
  #options: QueueOptions;
  #queue: QueueView;
  #hashTurns = new Turns(() => HASHES_AT_ONCE);
  #sendTurns: Turns;
  #desk: TicketDesk;

  constructor(options: QueueOptions, queue: QueueView) {
    this.#options = options;
    this.#queue = queue;
    this.#sendTurns = new Turns(options.concurrency);
    this.#desk = new TicketDesk({
      requestUploads: (requests) => options.api.requestUploads(requests),
      nextComing: () =>
        Math.min(
          ...queue.tasks
            .filter(({ state }) => state === 'queued' || state === 'hashing')
            .map(({ rank }) => rank),
        ),
      tooLate: (ticket, { clientRef }) => this.#keepOrGiveBack(ticket, clientRef),
      gatherMs: () =>
        queue.tasks.some(({ state }) => state === 'sending') ? GATHER_MS : IDLE_GATHER_MS,
    });
  }

  /** Starts what hashes files. */
  async warm(): Promise<void> {
    const { signal } = new AbortController();
    const hashes = Array.from({ length: HASHES_AT_ONCE }, () =>
      this.#options.hash(new File([], ''), signal),
    );
    await Promise.all(hashes);
  }

  /** To be called when a file has left the part of the queue before its ticket. */
  look(): void {
    this.#desk.look();
  }

  /** Brings one file to the server's hands. Rejects with UploadFailure, or the signal's reason. */
  run(task: UploadTask): Promise<void> {
    return runUpload(task, this);
  }

  async prepare(task: UploadTask, signal: AbortSignal): Promise<FileHash> {
    const { check, hash, prepare, transform, validate } = this.#options;
    const change = transform();
    await validate(task.file);
    let type = change ? '' : await check(task.file);
    const done = await this.#hashTurns.take(task.rank, signal);
    let result: FileHash;
    try {
      signal.throwIfAborted();
      task.moveTo('hashing');
      let body = task.file;
      if (change) {
        body = await change(body, signal);
        type = await check(body);
      }
      const prepared = await prepare(body, type, signal);
      signal.throwIfAborted();
      result = await hash(prepared.file, signal);
      this.#refuseTwin(task, result);
      const { ticket, ticketSha256 } = task;
      if (ticket && ticketSha256 !== result.sha256) {
        // Other bytes than the ticket is for.
        this.#queue.giveBack(ticket);
        task.dropTicket();
      }
      Object.assign(task, {
        body: prepared.file,
        contentType: prepared.type,
        hash: result,
        awaited: null,
      });
    } finally {
      done();
    }
    await this.#options.keep?.(task);
    signal.throwIfAborted();
    return result;
  }

  requestTicket(
    { body, contentType, id, rank, ticketKey, vehicleId }: UploadTask,
    { md5, sha256 }: FileHash,
    signal: AbortSignal,
  ): Promise<Ticket> {
    if (vehicleId === null) throw new UploadFailure('NOT_FOUND');
    const request = {
      vehicleId,
      fileName: body.name,
      contentType,
      byteSize: body.size,
      md5,
      sha256,
      clientRef: id,
      idempotencyKey: ticketKey,
    };
    return this.#desk.ask(rank, request, signal);
  }

  refresh(uploadId: string, signal: AbortSignal, parts?: readonly number[]): Promise<Ticket> {
    return this.#options.api.refreshUpload(uploadId, signal, parts);
  }

  complete(uploadId: string, hash: FileHash, signal: AbortSignal): Promise<AnsweredMedia | null> {
    return this.#options.api.completeUpload(uploadId, hash, signal);
  }

  sendPoster(run: Run, media: AnsweredMedia | null): Promise<void> {
    return sendPoster(run, media, this.#options);
  }

  async put({ task, signal }: Run, parcel: Parcel): Promise<SendResult | 'stored' | 'expired'> {
    const done = await this.#sendTurns.take(task.rank, signal);
    try {
      signal.throwIfAborted();
      const address = parcel.address();
      if (!address) return 'stored';
      if (isOver(address)) return 'expired';
      if (task.state !== 'sending') {
        task.moveTo('sending');
        if (task.sentBytes === 0) this.#options.onEvent({ type: 'start', task });
      }
      return await this.#options.send(address, parcel.body, {
        signal,
        onProgress: (bytes) => {
          if (signal.aborted) return;
          parcel.onProgress(bytes);
          this.#queue.moved();
          this.#options.onEvent({ type: 'progress', task });
        },
      });
    } finally {
      done();
    }
  }

  async wait({ task, signal }: Run, attempt: number, atLeastMs: number): Promise<void> {
    const { nextOnline, onChange, onEvent, online, random } = this.#options;
    const delayMs = Math.max(atLeastMs, backoffMs(attempt, random));
    task.waiting = 'retry';
    onEvent({ type: 'retry', task, attempt: attempt + 1, delayMs });
    onChange();
    const rest = linkedAbort(signal);
    const ends = [delay(delayMs, rest.signal)];
    // Who names a time is there: no network was missing.
    if (atLeastMs === 0) ends.push(nextOnline(rest.signal));
    await Promise.race(ends).finally(() => rest.abort());
    const offline = online(signal);
    if (offline) {
      task.waiting = 'network';
      onChange();
      await offline;
    }
    task.waiting = null;
  }

  alreadyStored(task: UploadTask, mediaId: string): void {
    this.#options.onEvent({ type: 'duplicate', task, mediaId });
  }

  accepted(task: UploadTask, media: AnsweredMedia | null): void {
    this.#options.onEvent({ type: 'accepted', task, media });
  }

  #refuseTwin(task: UploadTask, { sha256 }: FileHash): void {
    const twin = this.#queue.tasks.find(
      (other) => other !== task && other.state !== 'failed' && other.hash?.sha256 === sha256,
    );
    if (!twin) return;
    this.#options.onEvent({ type: 'duplicate', task, mediaId: twin.mediaId });
    throw new UploadFailure('DUPLICATE', { detail: twin.file.name });
  }

  /** A paused file goes on with the ticket that was under way to it. */
  #keepOrGiveBack(ticket: Ticket, taskId: string): void {
    const task = this.#queue.tasks.find(({ id }) => id === taskId);
    if (!task) this.#queue.giveBack(ticket);
    else if (task.state === 'paused') task.ticket ??= { ...ticket, target: undefined };
  }
}

function isOver({ expiresAt, receivedAt }: Address): boolean {
  const now = Date.now();
  return now - receivedAt > TRUSTED_MS && now > Date.parse(expiresAt) - TRUSTED_MS / 2;
}
