import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Tells how a response ended, to who must not be held as long as it is open. */
export class EndOfResponse extends EventEmitter {
  readonly #res: ServerResponse;
  readonly #closed = () => this.emit('close');

  constructor(res: ServerResponse) {
    super();
    this.#res = res.once('close', this.#closed);
  }

  get errored(): Error | null {
    return this.#res.errored;
  }

  /** Nobody is told any more. */
  forget(): void {
    this.#res.off('close', this.#closed);
  }
}
