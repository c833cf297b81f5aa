import type { MediaItem } from '../../api/media-item.ts';
import { failureOf } from '../api-failure.ts';
import { naturalOrder } from './natural-order.ts';
import { newId } from './new-id.ts';
import type { QueueOptions } from './queue-options.ts';
import type { QueueSteps } from './queue-steps.ts';
import { Round, type QueueSummary } from './round.ts';
import { Settlement } from './settlement.ts';
import type { Ticket } from './upload-api.ts';
import { UploadFailure } from './upload-failure.ts';
import { UploadTask, type Reached, type TaskSeed } from './upload-task.ts';

/** An upload that began on another page. */
export interface BegunUpload extends Reached {
  readonly id: string;
  readonly vehicleId: string;
}

/** Files on their way into one vehicle's gallery. Knows nothing of the page it is shown on. */
export class UploadQueue {
  #options: QueueOptions;
  #tasks: UploadTask[] = [];
  #round = new Round();
  #rank = 0;
  #running = 0;
  /** Files that come are held as well. */
  #held = false;
  /** Come with the first file. */
  #steps: QueueSteps | undefined;
  #settlement = new Settlement((task, failure) => this.#fail(task, failure));
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get tasks(): readonly UploadTask[] {
    return this.#tasks;
  }

  /** Nothing moves before somebody resumes it. */
  get paused(): boolean {
    const active = this.#tasks.filter((task) => task.active);
    return active.length === 0 ? this.#held : active.every(({ state }) => state === 'paused');
  }

  /** Leaving the page now would lose something. */
  get active(): boolean {
    return this.#tasks.some((task) => task.active);
  }

  get summary(): QueueSummary {
    return this.#round.summary;
  }

  /** To be called when files are likely to come soon. */
  warm(): void {
    this.#loadSteps()
      .then((steps) => steps.warm())
      .catch(() => undefined);
  }

  /** Takes files in their natural order. Those beyond `maxFiles` are refused at once. */
  add(files: Iterable<File>): readonly UploadTask[] {
    if (!this.active) this.#round.begin();
    const vehicleId = this.#options.vehicleId();
    const added = naturalOrder(files)
      .filter((file) => !this.#complement(file))
      .map((file) => this.#enter({ id: newId(), file, vehicleId }));
    const limit = this.#options.maxFiles() ?? Infinity;
    let count = this.#tasks.filter(({ state }) => state !== 'failed').length;
    this.#tasks = [...this.#tasks, ...added];
    for (const task of added) {
      this.#round.enter(task);
      if (count >= limit) {
        this.#fail(task, new UploadFailure('TOO_MANY_FILES', { limit }));
      } else {
        count += 1;
        this.#options.onTask?.(task);
        if (this.#held) task.pause();
        else void this.#run(task);
      }
    }
    this.#options.onChange();
    return added;
  }

  /** Shows an upload that another page is at, until {@link takeOver} or {@link drop}. */
  watch(begun: BegunUpload): void {
    this.#tasks = [...this.#tasks, this.#enter({ ...begun, state: 'elsewhere' })];
    this.#options.onChange();
  }

  /** How far the other page is; with the media once the server has the bytes. */
  follow(id: string, sentBytes: number, mediaId?: string): void {
    for (const task of this.#elsewhere(id)) {
      task.sent(sentBytes);
      if (mediaId) {
        task.mediaId = mediaId;
        task.moveTo('processing');
      }
    }
    this.#options.onChange();
  }

  /** Goes on where the other page stopped. */
  takeOver(id: string, reached: Reached, paused: boolean): void {
    for (const task of this.#elsewhere(id)) {
      Object.assign(task, reached, { mediaId: reached.ticket?.mediaId ?? null });
      if (!this.active) this.#round.begin();
      this.#round.enter(task);
      if (!task.awaited && (paused || this.#held)) {
        task.pause();
        continue;
      }
      task.queue();
      if (task.awaited) this.#report(task, new UploadFailure('FILE_NEEDED'));
      else void this.#run(task);
    }
  }

  /** The other page came to its end. */
  drop(id: string): void {
    for (const task of this.#elsewhere(id)) task.cancel();
    this.#dropCancelled();
    this.#options.onChange();
  }

  /**
   * Holds one file, or all and those that will come. What has arrived stays:
   * {@link resume} goes on behind it, with a file that is sent whole at its first byte.
   */
  pause(id?: string): void {
    if (id === undefined) this.#held = true;
    for (const task of this.#pick(id)) if (task.pausable) task.pause();
    this.#steps?.look();
    this.#options.onChange();
  }

  resume(id?: string): void {
    if (id === undefined) this.#held = false;
    this.#round.stopped();
    const held = this.#pick(id).filter(({ state }) => state === 'paused');
    for (const task of held) task.queue();
    for (const task of held) void this.#run(task);
    this.#options.onChange();
  }

  /** Tries again what failed and can be tried again. */
  retry(id?: string): void {
    for (const task of this.#pick(id)) {
      if (task.state !== 'failed' || !task.failure?.retryable) continue;
      if (task.failure.code === 'PROCESSING') void this.#retryProcessing(task);
      else if (task.failure.code !== 'FILE_NEEDED') this.#restart(task);
    }
  }

  /** Stops what is on its way, and takes off the list what failed. */
  cancel(id?: string): void {
    let wasPaused = false;
    for (const task of this.#pick(id)) {
      if (!task.active && task.state !== 'failed') continue;
      const { ticket, failure, state } = task;
      wasPaused ||= state === 'paused';
      task.cancel();
      if (ticket && failure?.code !== 'PROCESSING') this.#giveBack(ticket);
    }
    this.#dropCancelled();
    this.#steps?.look();
    if (wasPaused) this.#complete();
    this.#options.onChange();
  }

  /** Takes what is done, and what cannot be tried again, off the list. */
  clearFinished(): void {
    this.#tasks = this.#tasks.filter(
      ({ active, state, failure }) =>
        active || state === 'processing' || state === 'elsewhere' || failure?.retryable,
    );
    this.#options.onChange();
  }

  /** Learns from the gallery what has become of the pictures that the server prepares. */
  settle(media: readonly MediaItem[]): void {
    this.#settlement.settle(this.#tasks, media);
    this.#dropCancelled();
  }

  /** Stops everything. Gives the tickets back, unless a later page goes on with them. */
  close(kept: boolean): void {
    this.#closed = true;
    if (!kept) return this.cancel();
    for (const task of this.#tasks) if (task.active) task.stop();
  }

  #pick(id: string | undefined): readonly UploadTask[] {
    return id === undefined ? this.#tasks : this.#tasks.filter((task) => task.id === id);
  }

  #elsewhere(id: string): readonly UploadTask[] {
    return this.#pick(id).filter(({ state }) => state === 'elsewhere');
  }

  #enter(seed: Omit<TaskSeed, 'rank' | 'onChange'>): UploadTask {
    const onChange = (task: UploadTask): void => {
      this.#options.onTask?.(task);
      this.#options.onChange();
    };
    return new UploadTask({ ...seed, rank: (this.#rank += 1), onChange });
  }

  /** Whether a file is the one that an upload has been waiting for. */
  #complement(file: File): boolean {
    const task = this.#tasks.find(
      ({ awaited, failure, file: { name } }) =>
        failure?.code === 'FILE_NEEDED' && name === file.name && awaited?.byteSize === file.size,
    );
    if (!task) return false;
    task.file = task.body = file;
    this.#restart(task);
    return true;
  }

  #giveBack({ uploadId }: Ticket): void {
    // A ticket that stays out ends by itself when its time is over.
    this.#options.api.cancelUpload(uploadId).catch(() => undefined);
  }

  #dropCancelled(): void {
    this.#tasks = this.#tasks.filter(({ state }) => state !== 'cancelled');
  }

  #restart(task: UploadTask): void {
    if (!this.active) this.#round.begin();
    this.#round.enter(task);
    task.queue();
    void this.#run(task);
  }

  /** A script that was asked for without a network is not to be had on this page any more. */
  async #network(task: UploadTask): Promise<void> {
    const network = this.#options.online(task.signal);
    if (!network) return;
    task.waiting = 'network';
    await network;
    task.waiting = null;
  }

  /** @throws UploadFailure */
  async #loadSteps(): Promise<QueueSteps> {
    const queue = this;
    try {
      const { QueueSteps } = await import('./queue-steps.ts');
      return (this.#steps ??= new QueueSteps(this.#options, {
        get tasks() {
          return queue.#tasks;
        },
        moved: () => this.#round.moved(),
        giveBack: (ticket) => this.#giveBack(ticket),
      }));
    } catch (cause) {
      throw new UploadFailure('NETWORK', { cause });
    }
  }

  async #retryProcessing(task: UploadTask): Promise<void> {
    try {
      const media = await this.#options.api.retryMedia(task.mediaId ?? '');
      if (task.state !== 'failed') return;
      task.moveTo('processing');
      this.#options.onEvent({ type: 'accepted', task, media });
    } catch (error) {
      if (task.state === 'failed') this.#fail(task, failureOf(error));
    }
  }

  async #run(task: UploadTask): Promise<void> {
    const { signal } = task;
    this.#running += 1;
    try {
      if (!this.#steps) await this.#network(task);
      const steps = this.#steps ?? (await this.#loadSteps());
      signal.throwIfAborted();
      await steps.run(task);
    } catch (error) {
      if (!signal.aborted) this.#fail(task, failureOf(error));
    } finally {
      this.#running -= 1;
      this.#steps?.look();
      this.#complete();
    }
  }

  #fail(task: UploadTask, failure: UploadFailure): void {
    const over = failure.code.startsWith('BYTES_') || failure.code.startsWith('UPLOAD_');
    if (over) task.hash = null;
    // The same key would bring the same refusal.
    if (over || (!task.ticket && !failure.transient)) task.dropTicket();
    this.#report(task, failure);
  }

  #report(task: UploadTask, failure: UploadFailure): void {
    task.fail(failure);
    if (!task.rejected) this.#options.onEvent({ type: 'failed', task });
    else if (failure.code !== 'DUPLICATE') this.#options.onEvent({ type: 'rejected', task });
  }

  #complete(): void {
    if (this.#running > 0 || this.active || this.#closed) return;
    const { failed, succeeded } = this.#round;
    if (succeeded.length + failed.length > 0) {
      this.#options.onEvent({ type: 'complete', succeeded, failed });
    }
  }
}
