import { html, nothing, render } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { MediaItem } from '../../api/media-item.ts';
import { format } from '../../strings/format.ts';
import { withLateTexts } from '../../strings/late-texts.ts';
import { chevron, icon } from '../icons.ts';
import { type PhotoContext, photoText, picture } from '../slide.ts';
import { tint } from '../tint.ts';
import { PanZoom } from './pan-zoom.ts';
import { zoomGestures } from './zoom-gestures.ts';

export { zoomStyles as styles } from './zoom-dialog.styles.ts';

const closeIcon = icon('M6 6l12 12M18 6L6 18');
const plusIcon = icon('M12 5v14M5 12h14');
const minusIcon = icon('M5 12h14');

export interface ZoomHost extends PhotoContext {
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly shown: readonly MediaItem[];
  readonly direction: 'ltr' | 'rtl';
}

/** One photo as large as the screen, in a native modal dialog inside the element's shadow root. */
export class ZoomDialog {
  #host: ZoomHost;
  #onclose: (id: string) => void;
  #dialog = document.createElement('dialog');
  #view = new PanZoom();
  #gestures: AbortController | undefined;
  #id = '';
  #index = 0;

  /** `onclose` is told which photo was shown last. */
  constructor(host: ZoomHost, onclose: (id: string) => void) {
    this.#host = host;
    this.#onclose = onclose;
    this.#dialog.className = 'zoom';
    this.#dialog.setAttribute('part', 'dialog');
    this.#dialog.addEventListener('keydown', this.#keydown);
    this.#dialog.addEventListener('close', this.#closed);
    host.renderRoot.querySelector('.base')?.append(this.#dialog);
  }

  /** Videos are watched where they are. */
  get #photos(): readonly MediaItem[] {
    return this.#host.shown.filter(({ kind }) => kind === 'IMAGE');
  }

  open(id: string): void {
    this.#show(id);
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    const frame = this.#dialog.querySelector<HTMLElement>('.zoom-frame');
    if (!frame) return;
    this.#gestures = new AbortController();
    zoomGestures(
      frame,
      this.#view,
      {
        moved: (animate) => this.#moved(animate),
        swiped: (direction) => this.#step(this.#host.direction === 'rtl' ? direction : -direction),
      },
      this.#gestures.signal,
    );
    const resize = new ResizeObserver(() => this.#measure());
    resize.observe(frame);
    this.#gestures.signal.addEventListener('abort', () => resize.disconnect());
    this.#dialog.querySelector<HTMLElement>('[part~=close-button]')?.focus();
  }

  /** The list or the texts changed. */
  update(): void {
    if (!this.#dialog.open) return;
    const shown = this.#photos;
    const index = shown.findIndex(({ id }) => id === this.#id);
    const media = shown[index] ?? shown[Math.min(this.#index, shown.length - 1)];
    if (!media) this.#dialog.close();
    else if (media.id === this.#id) this.#render();
    else this.#show(media.id);
  }

  close(): void {
    this.#dialog.close();
  }

  #show(id: string): void {
    this.#id = id;
    this.#view.reset();
    this.#render();
    this.#measure();
  }

  #step(by: number): void {
    const media = this.#photos[this.#index + by];
    if (media) this.#show(media.id);
  }

  #zoom(factor: number): void {
    this.#view.zoomBy(factor);
    this.#moved(true);
  }

  #closed = (): void => {
    this.#gestures?.abort();
    this.#onclose(this.#id);
  };

  #keydown = (event: KeyboardEvent): void => {
    // The page's carousel is behind the dialog and keeps still.
    event.stopPropagation();
    const view = this.#view;
    const forward = this.#host.direction === 'rtl' ? -1 : 1;
    const pan = (x: number, y: number): void => {
      view.panBy(x, y);
      this.#moved(true);
    };
    const action = {
      ArrowRight: () => (view.zoomed ? pan(-80, 0) : this.#step(forward)),
      ArrowLeft: () => (view.zoomed ? pan(80, 0) : this.#step(-forward)),
      ArrowUp: () => pan(0, 80),
      ArrowDown: () => pan(0, -80),
      Home: () => this.#show(this.#photos[0]?.id ?? this.#id),
      End: () => this.#show(this.#photos.at(-1)?.id ?? this.#id),
      '+': () => this.#zoom(1.5),
      '=': () => this.#zoom(1.5),
      '-': () => this.#zoom(1 / 1.5),
      '0': () => this.#zoom(0),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  #measure(): void {
    const frame = this.#dialog.querySelector('.zoom-frame');
    const media = this.#photos[this.#index];
    if (!frame || !media) return;
    const { clientWidth: width, clientHeight: height } = frame;
    const fit = Math.min(width / (media.width || width), height / (media.height || height)) || 1;
    this.#view.frame = { width, height };
    this.#view.photo = {
      width: (media.width || width) * fit,
      height: (media.height || height) * fit,
    };
    this.#view.panBy(0, 0);
    this.#moved(false);
  }

  #moved(animate: boolean): void {
    const frame = this.#dialog.querySelector<HTMLElement>('.zoom-frame');
    if (!frame) return;
    const { scale, x, y, photo } = this.#view;
    frame.classList.toggle('animate', animate);
    frame.style.setProperty('--_transform', `translate(${x}px, ${y}px) scale(${scale})`);
    frame.style.setProperty('--_width', `${photo.width}px`);
    frame.style.setProperty('--_height', `${photo.height}px`);
    this.#render();
  }

  #render(): void {
    const { locale } = this.#host;
    const shown = this.#photos;
    const texts = withLateTexts(this.#host.texts);
    this.#index = Math.max(
      0,
      shown.findIndex(({ id }) => id === this.#id),
    );
    const media = shown[this.#index];
    if (!media) return;
    const { zoomed } = this.#view;
    const text = photoText(media, this.#index, this.#host);
    this.#dialog.setAttribute('aria-label', format(texts.zoomDialog));
    render(
      html`<div
          class="zoom-frame"
          part="zoom-frame"
          ?data-zoomed=${zoomed}
          ${tint(media.placeholder)}
        >
          ${keyed(
            media.id,
            picture(media, {
              alt: text,
              sizes: zoomed ? '2048px' : '100vw',
              urgent: true,
              part: 'zoom-image',
            }),
          )}
        </div>
        <div class="zoom-bar" part="zoom-bar">
          <span class="glass counter" part="counter" aria-live="polite"
            >${format(texts.position, { current: this.#index + 1, total: shown.length }, locale)}</span
          >
          ${this.#button('zoom-out', texts.zoomOut, minusIcon, !zoomed, () => this.#zoom(1 / 1.5))}
          ${this.#button('zoom-in', texts.zoomIn, plusIcon, false, () => this.#zoom(1.5))}
          ${this.#button('close', texts.close, closeIcon, false, () => this.close())}
        </div>
        ${
          shown.length > 1
            ? [
                this.#button('previous', texts.previous, chevron, this.#index === 0, () =>
                  this.#step(-1),
                ),
                this.#button('next', texts.next, chevron, this.#index === shown.length - 1, () =>
                  this.#step(1),
                ),
              ]
            : nothing
        }
        ${
          media.caption && !zoomed
            ? html`<p class="zoom-caption" part="caption"><bdi>${media.caption}</bdi></p>`
            : nothing
        }`,
      this.#dialog,
    );
  }

  #button(
    name: string,
    label: unknown,
    icon: unknown,
    disabled: boolean,
    onclick: () => void,
  ): unknown {
    const step = name === 'previous' || name === 'next' ? `step ${name}` : '';
    return html`<button
      class="glass ${step}"
      part="button ${name}-button"
      aria-label=${label}
      aria-disabled=${disabled}
      @click=${onclick}
    >
      <slot name="icon-${name}">${icon}</slot>
    </button>`;
  }
}
