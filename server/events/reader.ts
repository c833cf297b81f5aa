import type { Logger } from 'pino';
import type { Audience } from './audience.ts';
import type { Position } from './cursor.ts';
import type { Sink } from './sink.ts';
import type { SubscribeOptions } from './subscription.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** One that follows. There are many: each keeps little. */
export class Reader<Frame> {
  readonly audience: Audience<Frame>;
  readonly sink: Sink<Frame>;
  /** Of the last row that it was told of, or was not to be. */
  position: Position;
  left = false;
  #stopAsking: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(audience: Audience<Frame>, sink: Sink<Frame>, position: Position) {
    this.audience = audience;
    this.sink = sink;
    this.position = position;
    audience.readers.add(this);
  }

  /** Ends when the right to follow is gone, also where nothing happens that could be told. */
  watch({ onDoubt, endsAt }: Pick<SubscribeOptions, 'onDoubt' | 'endsAt'>, log: Logger): void {
    this.#stopAsking = onDoubt(() => void this.#ask(log));
    const left = endsAt === null ? Infinity : endsAt.getTime() - Date.now();
    // What ends later than timers count is noticed before an event.
    if (left <= MAX_TIMER_MS) this.#timer = setTimeout(() => this.end(), left).unref();
  }

  async #ask(log: Logger): Promise<void> {
    try {
      if ((await this.audience.options.access()) === 'denied') this.end();
    } catch (error) {
      // Asked again before the next event.
      log.warn({ err: error }, 'a live stream cannot read who may follow it');
    }
  }

  leave(): void {
    if (this.left) return;
    this.left = true;
    this.#stopAsking?.();
    if (this.#timer) clearTimeout(this.#timer);
    this.audience.forget(this);
  }

  end(): void {
    if (this.left) return;
    this.leave();
    this.sink.end();
  }

  cut(): void {
    if (this.left) return;
    this.leave();
    this.sink.cut();
  }
}
