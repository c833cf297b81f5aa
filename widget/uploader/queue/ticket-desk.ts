import type { Ticket, TicketRequest } from './upload-api.ts';
import type { UploadFailure } from './upload-failure.ts';

const AT_ONCE = 50;

interface Waiting {
  readonly rank: number;
  readonly request: TicketRequest;
  readonly signal: AbortSignal;
  readonly resolve: (ticket: Ticket) => void;
  readonly reject: (reason: unknown) => void;
}

interface DeskOptions {
  readonly requestUploads: (
    requests: readonly TicketRequest[],
  ) => Promise<(Ticket | UploadFailure)[]>;
  /** Rank of the first file that will still come to the desk; Infinity when none will. */
  readonly nextComing: () => number;
  /** A ticket arrived for somebody who has left. */
  readonly tooLate: (ticket: Ticket, request: TicketRequest) => void;
  /** How long the first in line waits for those behind, in milliseconds. */
  readonly gatherMs: () => number;
}

/**
 * Gets tickets for many files with few requests. Files dropped together share
 * one, unless hashing them takes long: then those that are ready go ahead.
 * Tickets are asked for in the order of the queue, which is the order that the
 * photos get.
 */
export class TicketDesk {
  #options: DeskOptions;
  #waiting: Waiting[] = [];
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitedLong = false;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Rejects with UploadFailure, or the signal's reason. */
  ask(rank: number, request: TicketRequest, signal: AbortSignal): Promise<Ticket> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      this.#waiting.push({ rank, request, signal, resolve, reject });
      this.#waiting.sort((a, b) => a.rank - b.rank);
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting.signal !== signal);
        reject(signal.reason);
      });
      this.look();
    });
  }

  /** To be called when a file has left the part of the queue before the desk. */
  look(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    const next = this.#options.nextComing();
    const line = this.#waiting.filter(({ rank }) => rank < next).slice(0, AT_ONCE);
    if (line.length === 0) return;
    if (line.length === AT_ONCE || next === Infinity || this.#waitedLong) {
      void this.#serve(line);
    } else {
      this.#timer ??= setTimeout(() => {
        this.#waitedLong = true;
        this.look();
      }, this.#options.gatherMs());
    }
  }

  async #serve(line: readonly Waiting[]): Promise<void> {
    this.#busy = true;
    this.#waitedLong = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = this.#waiting.filter((waiting) => !line.includes(waiting));
    try {
      const results = await this.#options.requestUploads(line.map(({ request }) => request));
      for (const [index, { request, signal, resolve, reject }] of line.entries()) {
        const result = results[index];
        if (!result || result instanceof Error) reject(result);
        else if (signal.aborted) this.#options.tooLate(result, request);
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of line) reject(error);
    } finally {
      this.#busy = false;
      this.look();
    }
  }
}
