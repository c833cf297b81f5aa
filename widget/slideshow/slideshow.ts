import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import type { MediaItem } from '../api/media-item.ts';
import { format } from '../strings/format.ts';
import type { PlaybackReason } from '../playback-event.ts';
import { SlideChangeEvent, type SlideTrigger } from '../view-events.ts';
import { chevron, expandIcon } from './icons.ts';
import { LatePart, type LatePartHost } from './late-part.ts';
import type { Rotation, RotationHost } from './rotation.ts';
import { type PhotoContext, photoText, picture } from './slide.ts';
import { SlideTrack } from './slide-track.ts';
import { slidesById } from './slides-by-id.ts';
import { tint } from './tint.ts';

/** What the slideshow sees of the element it draws into. */
export interface SlideshowHost extends RotationHost, LatePartHost, PhotoContext {
  /** What is shown, in order. A new array when it changes. */
  readonly shown: readonly MediaItem[];
  readonly startIndex: number;
  readonly autoplay: boolean;
  readonly loop: boolean;
  readonly noZoom: boolean;
  readonly thumbnails: string | null;
  readonly direction: 'ltr' | 'rtl';
  /** The first photo has replaced what the page showed before. */
  firstPhotoShown(): void;
  /** Opens the large view. */
  enlarge(id: string): void;
  announce(text: string): void;
}

/**
 * The carousel. It remembers the current photo by id, never by number, so that
 * photos that come and go around it do not move it.
 */
export class Slideshow implements ReactiveController {
  #rotation: Rotation | undefined;
  #host: SlideshowHost;
  #thumbnails: LatePart<typeof import('./thumbnails.ts')>;
  #notices: LatePart<typeof import('./notices.ts')>;
  #video: LatePart<typeof import('./video/video-slide.ts')>;
  #items: readonly MediaItem[] = [];
  #index = 0;
  /** Photos that were near the current one once, and so have been asked for. */
  #wanted = new Set<string>();
  #decoded = new Set<string>();
  #failed = new Set<string>();
  #track: SlideTrack;
  #changed = false;
  /** Whether the photos were set turning, or are to be as soon as there are some. */
  #autoplay = false;

  constructor(host: SlideshowHost) {
    this.#host = host;
    this.#thumbnails = new LatePart(host, () => import('./thumbnails.ts'));
    this.#notices = new LatePart(host, () => import('./notices.ts'));
    this.#video = new LatePart(host, () => import('./video/video-slide.ts'));
    this.#track = new SlideTrack(host, (index) => {
      this.#index = index;
      this.#tell('swipe');
      host.requestUpdate();
    });
    host.addController(this);
  }

  /** Whether the photos turn by themselves right now. */
  get playing(): boolean {
    return this.#rotation?.playing ?? false;
  }

  get index(): number {
    return this.#index;
  }

  get current(): MediaItem | null {
    return this.#items[this.#index] ?? null;
  }

  /** Before each rendering: takes the host's list, keeping the current photo. */
  hostUpdate(): void {
    const { shown: items, autoplay } = this.#host;
    if (items.length > 0 && autoplay !== this.#autoplay) {
      this.#autoplay = autoplay;
      void this.#turn((rotation) => (autoplay ? rotation.start() : rotation.pause('api')));
    }
    if (items === this.#items) return;
    const before = this.current;
    const found = items.findIndex(({ id }) => id === before?.id);
    const start = before ? this.#index : this.#host.startIndex;
    const index = found < 0 ? Math.max(0, Math.min(Math.trunc(start), items.length - 1)) : found;
    this.#items = items;
    this.#index = index;
    this.#changed = true;
    if (found < 0 && before) this.#tell('change');
  }

  hostUpdated(): void {
    this.#track.rendered(this.#index, this.#changed);
    this.#changed = false;
    this.#thumbnails.module?.showCurrent(this.#host.renderRoot);
    this.#video.module?.pauseOthers(this.#host.renderRoot);
  }

  hostDisconnected(): void {
    this.#track.disconnect();
  }

  async play(reason: PlaybackReason): Promise<void> {
    await this.#turn((rotation) => rotation.play(reason));
  }

  pause(reason: PlaybackReason): void {
    this.#rotation?.pause(reason);
  }

  /** Forgets the vehicle it showed. */
  restart(): void {
    this.#autoplay = false;
    this.#items = [];
    this.#index = 0;
    this.#decoded.clear();
    this.#failed.clear();
    this.#wanted.clear();
  }

  /** Shows the photo at `index`; past the ends it goes round when `loop` is set. False when nothing moved. */
  goTo(index: number, trigger: SlideTrigger): boolean {
    const count = this.#items.length;
    const to = this.#host.loop
      ? ((index % count) + count) % count
      : Math.max(0, Math.min(index, count - 1));
    if (!this.#items[to] || to === this.#index) return false;
    const near = Math.abs(to - this.#index) === 1;
    this.#index = to;
    this.#tell(trigger);
    this.#track.show(to, near && !reducedMotion() ? 'smooth' : 'instant');
    this.#host.requestUpdate();
    return true;
  }

  /** For a `keydown` anywhere in the carousel. */
  onKeydown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const forward = this.#host.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const to = {
      ArrowRight: this.#index + (forward === 'ArrowRight' ? 1 : -1),
      ArrowLeft: this.#index + (forward === 'ArrowLeft' ? 1 : -1),
      Home: 0,
      End: this.#items.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.goTo(to, 'keyboard');
    if ((event.target as Element).closest('.strip, .dots')) {
      void this.#host.updateComplete.then(() =>
        this.#host.renderRoot
          .querySelector<HTMLElement>(':is(.strip, .dots) [aria-current]')
          ?.focus({ preventScroll: true }),
      );
    }
  };

  render(fallback: unknown): TemplateResult {
    const { texts, locale, thumbnails } = this.#host;
    const count = this.#items.length;
    const several = count > 1;
    // The first photo has the line to itself.
    const late = this.#decoded.size + this.#failed.size > 0 ? this.#thumbnails.now() : undefined;
    const choose = (index: number): void => void this.goTo(index, 'thumbnail');
    const position = format(texts.position, { current: this.#index + 1, total: count }, locale);
    return html`
      <div class="stage" part="stage">
        ${fallback}
        <div class="toolbar" part="controls">
          ${this.#rotation?.renderButton(texts)}
          ${
            several && thumbnails !== 'none'
              ? html`<span class="glass counter" part="counter">${position}</span>`
              : nothing
          }
          ${
            this.#host.noZoom || this.current?.kind !== 'IMAGE'
              ? nothing
              : html`<button
                  class="glass"
                  part="button zoom-button"
                  aria-label=${format(texts.enlarge, { name: this.#text(this.#index) })}
                  @click=${() => this.#enlarge(this.#index)}
                >
                  <slot name="icon-zoom">${expandIcon}</slot>
                </button>`
          }
        </div>
        ${several ? [this.#step(-1), this.#step(1)] : nothing}
        <div
          class="track"
          part="track"
          role="group"
          aria-label=${texts.galleryUntitled}
          tabindex="0"
          @scroll=${this.#track.onscroll}
          @pointerenter=${this.#track.onpointerenter}
          @pointerdown=${this.#track.onpointerdown}
          @wheel=${this.#track.onwheel}
        >
          ${slidesById(this.#items, this.current?.id, (media, index) => this.#slide(media, index))}
        </div>
        <slot name="caption"
          >${
            late && this.current?.caption && !this.#failed.has(this.current.id)
              ? html`<p class="caption" part="caption"><bdi>${this.current.caption}</bdi></p>`
              : nothing
          }</slot
        >
      </div>
      ${
        several && thumbnails !== 'none' && thumbnails !== 'count'
          ? html`<div class="chooser chooser-${thumbnails ?? 'auto'}">
              ${late?.renderThumbnails(thumbnails, this.#items, this.#index, this.#host, choose)}
            </div>`
          : nothing
      }
    `;
  }

  #slide(media: MediaItem, index: number): TemplateResult {
    const { texts, locale } = this.#host;
    const distance = Math.abs(index - this.#index);
    // Neighbours wait for the first photo, so that it has the line to itself.
    if (distance === 0 || (distance === 1 && this.#decoded.size > 0)) this.#wanted.add(media.id);
    const upright = (media.height ?? 0) > (media.width ?? 0);
    return html`<div
      class="slide"
      part="slide ${distance ? '' : 'slide-current'}"
      role="group"
      aria-roledescription=${texts.slide}
      aria-label=${format(
        texts.position,
        { current: index + 1, total: this.#items.length },
        locale,
      )}
      ?inert=${distance > 0}
      ?data-decoded=${this.#decoded.has(media.id)}
      ?data-upright=${upright}
      ?data-zoomable=${!this.#host.noZoom && media.kind === 'IMAGE'}
      ${tint(media.placeholder)}
      @click=${(event: MouseEvent) => {
        if (!this.#track.pulled(event)) this.#enlarge(index);
      }}
    >
      ${
        media.kind === 'VIDEO'
          ? this.#wanted.has(media.id)
            ? this.#video
                .now()
                ?.renderVideo(media, this.#text(index), this.#host, () => this.#show(media.id))
            : nothing
          : this.#failed.has(media.id)
            ? this.#notices.now()?.brokenPhoto(this.#host, () => this.#retry(media.id))
            : this.#wanted.has(media.id)
              ? picture(media, {
                  alt: this.#text(index),
                  sizes: this.#sizes(media, upright),
                  urgent: this.#decoded.size === 0,
                  onload: (event) => this.#loaded(media.id, event.target as HTMLImageElement),
                  onerror: () => this.#broke(media.id),
                })
              : nothing
      }
    </div>`;
  }

  #step(by: 1 | -1): TemplateResult {
    const { texts, loop } = this.#host;
    const name = by < 0 ? 'previous' : 'next';
    const atEnd =
      !loop && this.#index + by !== Math.max(0, Math.min(this.#index + by, this.#items.length - 1));
    return html`<button
      class="glass step ${name}"
      part="button ${name}-button"
      aria-label=${texts[name]}
      aria-disabled=${atEnd}
      @click=${() => this.goTo(this.#index + by, 'button')}
    >
      <slot name="icon-${name}">${chevron}</slot>
    </button>`;
  }

  #text(index: number): string {
    const media = this.#items[index];
    return media ? photoText(media, index, this.#host) : '';
  }

  /** How wide the photo is drawn: it covers the stage, or fits into it when upright. */
  #sizes(media: MediaItem, upright: boolean): string {
    const { width, height } = this.#track.size;
    const natural = media.width && media.height ? (height * media.width) / media.height : width;
    return width ? `${Math.ceil((upright ? Math.min : Math.max)(width, natural))}px` : '100vw';
  }

  #loaded(id: string, image: HTMLImageElement): void {
    const show = (): void => this.#show(id);
    image.decode().then(show, show);
  }

  #show(id: string): void {
    const first = this.#decoded.size === 0;
    this.#decoded.add(id);
    this.#host.requestUpdate();
    if (first) this.#host.firstPhotoShown();
  }

  #broke(id: string): void {
    this.#failed.add(id);
    this.#host.firstPhotoShown();
    this.#host.requestUpdate();
  }

  #retry(id: string): void {
    this.#failed.delete(id);
    this.#host.requestUpdate();
    this.#host.renderRoot.querySelector<HTMLElement>('.track')?.focus({ preventScroll: true });
  }

  #enlarge(index: number): void {
    const media = this.#items[index];
    if (media?.kind === 'IMAGE' && !this.#host.noZoom && !this.#failed.has(media.id))
      this.#host.enlarge(media.id);
  }

  async #turn(action: (rotation: Rotation) => void): Promise<void> {
    const { Rotation } = await import('./rotation.ts');
    this.#rotation ??= new Rotation(
      this.#host,
      () =>
        this.#video.module?.isPlaying(this.#host.renderRoot) ||
        this.goTo(this.#index + 1, 'autoplay'),
    );
    action(this.#rotation);
  }

  #tell(trigger: SlideTrigger): void {
    const { texts, locale } = this.#host;
    if (trigger !== 'autoplay') {
      const position = format(
        texts.position,
        { current: this.#index + 1, total: this.#items.length },
        locale,
      );
      this.#host.announce(`${position}: ${this.#text(this.#index)}`);
    }
    this.#host.dispatchEvent(new SlideChangeEvent(this.#index, this.current, trigger));
  }
}

function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
