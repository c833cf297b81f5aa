import {
  html,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { PlaybackChangeEvent, type PlaybackReason } from '../playback-event.ts';
import type { Texts } from '../strings/strings.ts';
import { icon } from './icons.ts';

const playIcon = icon('M8 5v14l11-7z');
const pauseIcon = icon('M9 6v12M15 6v12');

export interface RotationHost extends ReactiveControllerHost, EventTarget {
  /** Milliseconds a photo stays. */
  readonly interval: number;
}

/**
 * Whether the slideshow turns by itself, by the rules of the ARIA carousel
 * pattern: rotation that began with the page ends when the keyboard enters and
 * waits while the mouse is over it; rotation that a person asked for goes on.
 * A hidden page always waits.
 */
export class Rotation implements ReactiveController {
  #host: RotationHost;
  #advance: () => boolean;
  #mode: 'stopped' | 'automatic' | 'asked' = 'stopped';
  #hovered = false;
  #playing = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `advance` shows the next photo and says whether there was one. */
  constructor(host: RotationHost, advance: () => boolean) {
    this.#host = host;
    this.#advance = advance;
    host.addController(this);
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Also while it waits for the mouse to leave or the page to be shown. */
  get wanted(): boolean {
    return this.#mode !== 'stopped';
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#visibility);
    this.#host.addEventListener('mouseenter', this.#enter);
    this.#host.addEventListener('mouseleave', this.#leave);
    this.#host.addEventListener('focusin', this.#focus);
    this.#host.addEventListener('pointerdown', this.#press);
    this.#settle('api');
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#visibility);
    this.#host.removeEventListener('mouseenter', this.#enter);
    this.#host.removeEventListener('mouseleave', this.#leave);
    this.#host.removeEventListener('focusin', this.#focus);
    this.#host.removeEventListener('pointerdown', this.#press);
    clearInterval(this.#timer);
    this.#playing = false;
  }

  /** Begins with the page, unless the person asked their system for less motion. */
  start(): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#tell('reduced-motion');
      return;
    }
    this.#mode = 'automatic';
    this.#settle('api');
  }

  play(reason: PlaybackReason): void {
    this.#mode = 'asked';
    this.#settle(reason);
  }

  pause(reason: PlaybackReason): void {
    this.#mode = 'stopped';
    this.#settle(reason);
  }

  /** The button that stops rotation and begins it. */
  renderButton(texts: Texts): TemplateResult {
    const { wanted } = this;
    return html`<button
      class="glass"
      part="button play-button"
      data-rotation
      aria-label=${wanted ? texts.pause : texts.play}
      @click=${() => (wanted ? this.pause('user') : this.play('user'))}
    >
      <slot name=${wanted ? 'icon-pause' : 'icon-play'}>${wanted ? pauseIcon : playIcon}</slot>
    </button>`;
  }

  #visibility = (): void => this.#settle('hidden');

  #enter = (): void => {
    this.#hovered = true;
    this.#settle('hover');
  };

  #leave = (): void => {
    this.#hovered = false;
    this.#settle('hover');
  };

  #focus = (event: Event): void => {
    if (this.#mode === 'automatic' && origin(event).matches(':focus-visible')) this.pause('focus');
  };

  /** The button that stops rotation decides for itself when it is clicked. */
  #press = (event: Event): void => {
    if (this.#mode === 'automatic' && !origin(event).closest('[data-rotation]')) this.pause('user');
  };

  #settle(reason: PlaybackReason): void {
    // The button says what is wanted, whether or not they turn right now.
    this.#host.requestUpdate();
    const playing =
      !document.hidden &&
      (this.#mode === 'asked' || (this.#mode === 'automatic' && !this.#hovered));
    if (playing === this.#playing) return;
    this.#playing = playing;
    clearInterval(this.#timer);
    if (playing) {
      this.#timer = setInterval(
        () => {
          if (!this.#advance()) this.pause('end');
        },
        Math.max(1000, this.#host.interval),
      );
    }
    this.#tell(reason);
  }

  #tell(reason: PlaybackReason): void {
    this.#host.dispatchEvent(new PlaybackChangeEvent(this.#playing, reason));
  }
}

/** The node inside the shadow root that an event began at. */
function origin(event: Event): Element {
  return event.composedPath()[0] as Element;
}
