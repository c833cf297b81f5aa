import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { closeIcon } from './icons.ts';
import type { Words } from './words.ts';

const STAYS_MS = 10_000;

/** Offers to take removals back: for ten seconds, and for as long as somebody is at it. */
export class UndoToast {
  #host: ReactiveControllerHost;
  #ids: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  /** The removals it offers to take back. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Removals close after one another share one toast. */
  add(id: string): void {
    this.#show([...this.#ids, id]);
  }

  drop(id: string): void {
    this.#show(this.#ids.filter((other) => other !== id));
  }

  close(): void {
    this.#held = false;
    this.#show([]);
  }

  render(words: Words, undo: () => void): TemplateResult | typeof nothing {
    const count = this.#ids.length;
    if (count === 0) return nothing;
    return html`<div
      class="toast"
      part="toast"
      @pointerenter=${this.#hold}
      @pointerleave=${this.#letGo}
      @focusin=${this.#hold}
      @focusout=${this.#letGo}
    >
      <span class="toast-text">${words.say('removed', { count })}</span>
      <button class="toast-undo" part="button undo-button" @click=${undo}>
        ${words.say('undo')}
      </button>
      <button
        class="icon"
        part="button"
        aria-label=${words.say('close')}
        @click=${() => this.close()}
      >
        ${closeIcon}
      </button>
    </div>`;
  }

  #hold = (): void => {
    this.#held = true;
    clearTimeout(this.#timer);
  };

  #letGo = ({ currentTarget }: Event): void => {
    const toast = currentTarget as HTMLElement;
    // Leaving with the pointer does not count while the focus is inside.
    queueMicrotask(() => {
      this.#held = toast.matches(':hover, :focus-within');
      this.#wait();
    });
  };

  #show(ids: readonly string[]): void {
    this.#ids = ids;
    this.#wait();
    this.#host.requestUpdate();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#held || this.#ids.length === 0) return;
    this.#timer = setTimeout(() => this.close(), STAYS_MS);
  }
}
