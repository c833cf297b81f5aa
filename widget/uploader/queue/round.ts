import { Pace } from './pace.ts';
import type { UploadTask } from './upload-task.ts';

export interface QueueSummary {
  /** Files of this round. */
  readonly total: number;
  readonly finished: number;
  readonly failed: number;
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Null until there is enough to go by. */
  readonly secondsLeft: number | null;
}

/** The files since the queue last stood still: what "3 of 12" counts. */
export class Round {
  #tasks: UploadTask[] = [];
  #pace = new Pace();

  /** Starts anew, with nothing in it. */
  begin(): void {
    this.#tasks = [];
    this.#pace.clear();
  }

  enter(task: UploadTask): void {
    if (!this.#tasks.includes(task)) this.#tasks.push(task);
  }

  /** Bytes have left just now. */
  moved(): void {
    this.#pace.add(performance.now(), this.summary.sentBytes);
  }

  /** What was measured says nothing about what comes. */
  stopped(): void {
    this.#pace.clear();
  }

  get summary(): QueueSummary {
    const tasks = this.#counted;
    const sum = (pick: (task: UploadTask) => number): number =>
      tasks.reduce((total, task) => total + pick(task), 0);
    const totalBytes = sum(({ byteSize }) => byteSize);
    const sentBytes = sum((task) => task.sentBytes);
    return {
      total: tasks.length,
      finished: this.succeeded.length,
      failed: this.failed.length,
      sentBytes,
      totalBytes,
      secondsLeft: this.#pace.secondsFor(totalBytes - sentBytes),
    };
  }

  /** The server has their bytes. */
  get succeeded(): readonly UploadTask[] {
    return this.#counted.filter(({ state }) => state === 'processing' || state === 'ready');
  }

  get failed(): readonly UploadTask[] {
    return this.#counted.filter(({ state }) => state === 'failed');
  }

  get #counted(): readonly UploadTask[] {
    return this.#tasks.filter(({ rejected, state }) => !rejected && state !== 'cancelled');
  }
}
