import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ApiClient } from '../api/api-client.ts';
import type { MediaItem } from '../api/media-item.ts';
import type { VehicleKey } from '../api/read-vehicle.ts';
import { LatePart } from '../slideshow/late-part.ts';
import { Slideshow, type SlideshowHost } from '../slideshow/slideshow.ts';
import { slideshowStyles } from '../slideshow/slideshow.styles.ts';
import type { ZoomDialog } from '../slideshow/zoom/zoom-dialog.ts';
import { format } from '../strings/format.ts';
import type { Texts } from '../strings/strings.ts';
import { ReadyEvent, TokenExpiredEvent } from '../view-events.ts';
import { baseStyles } from './base.styles.ts';
import { VehicleMediaOptions } from './options.ts';
import { Translation } from './translation.ts';
import type { Uploader, UploadItem } from './uploader-host.ts';
import { VehicleController, type VehicleHost } from './vehicle-controller.ts';
import { whenIdle } from './when-idle.ts';

export type VehicleMediaStatus = 'loading' | 'ready' | 'empty' | 'error';

/** What makes it another vehicle. */
const keys = [
  'endpoint',
  'embedKey',
  'vehicle',
  'vin',
  'stockNumber',
  'dealership',
  'src',
] as const;

/**
 * A vehicle's photos: a slideshow for visitors, an uploader for staff.
 *
 * @summary Shows a vehicle's photos and keeps them current; in the modes `upload` and `manage` takes new ones.
 * @tag vehicle-media
 *
 * @attr {string} lang - Language of the texts; the page's otherwise.
 * @attr {'ltr'|'rtl'} dir - Direction; the page's otherwise.
 *
 * @fires {ReadyEvent} vm-ready - The vehicle's media are known and drawn, or known to be none.
 * @fires {LoadErrorEvent} vm-load-error - The media could not be read.
 * @fires {SlideChangeEvent} vm-slide-change - Another photo is the current one.
 * @fires {PlaybackChangeEvent} vm-playback-change - Rotation began or stopped.
 * @fires {MediaChangeEvent} vm-media-change - Media were added, changed, removed or put in another order.
 * @fires {ConnectionChangeEvent} vm-connection-change - The feed of changes was connected or lost.
 * @fires {TokenExpiredEvent} vm-token-expired - The server no longer takes the token.
 * @fires {FileAddEvent} vm-file-add - Files were dropped, picked, pasted or shot. Cancelable.
 * @fires {FileRejectEvent} vm-file-reject - A file was refused before anything was sent.
 * @fires {DuplicateEvent} vm-duplicate - The same bytes are here already.
 * @fires {UploadStartEvent} vm-upload-start - The first byte of a file is about to leave.
 * @fires {UploadProgressEvent} vm-upload-progress - More bytes of a file were sent.
 * @fires {UploadRetryEvent} vm-upload-retry - A file will be tried again by itself.
 * @fires {UploadSuccessEvent} vm-upload-success - The server has accepted a file's bytes.
 * @fires {UploadErrorEvent} vm-upload-error - A file failed and waits for a person.
 * @fires {UploadsCompleteEvent} vm-uploads-complete - Nothing in the queue is moving any more.
 * @fires {BeforeReorderEvent} vm-before-reorder - The order is about to change. Cancelable.
 * @fires {BeforeRemoveEvent} vm-before-remove - A photo is about to be removed. Cancelable.
 *
 * @slot - What crawlers and visitors without scripts see, and the first paint; hidden once the first photo is decoded.
 * @slot loading - In place of the shimmer while the vehicle is read.
 * @slot empty - In place of the sentence that photos are on their way.
 * @slot error - In place of the message and its button.
 * @slot caption - In place of the current photo's caption.
 * @slot dropzone - In place of the words in the drop zone.
 * @slot icon-previous - Icon of the button to the previous photo.
 * @slot icon-next - Icon of the button to the next photo.
 * @slot icon-play - Icon of the button that starts rotation.
 * @slot icon-pause - Icon of the button that stops it.
 * @slot icon-zoom - Icon of the button that opens the large view.
 * @slot icon-zoom-in - Icon of the button that magnifies.
 * @slot icon-zoom-out - Icon of the button that takes that back.
 * @slot icon-close - Icon of the button that closes the large view.
 *
 * @csspart base - Everything.
 * @csspart stage - The box of the current photo, or of a message in its place.
 * @csspart track - The scroller of the slides.
 * @csspart slide - One slide, or one tile of the gallery.
 * @csspart slide-current - The current slide.
 * @csspart tile - One tile of the gallery.
 * @csspart image - A photo.
 * @csspart image-error - What is shown for a photo that did not load.
 * @csspart video - A video.
 * @csspart video-error - What is said of a video that the browser cannot play.
 * @csspart caption - A caption.
 * @csspart counter - "3 of 24".
 * @csspart controls - The row of counter and buttons on the stage.
 * @csspart button - Every button.
 * @csspart previous-button - To the previous photo.
 * @csspart next-button - To the next photo.
 * @csspart play-button - Starts rotation and stops it.
 * @csspart zoom-button - Opens the large view.
 * @csspart retry-button - Tries again after an error.
 * @csspart icon - The drawing in a button.
 * @csspart thumbnails - The strip or the dots.
 * @csspart thumbnail - One of them.
 * @csspart thumbnail-current - The one of the current photo.
 * @csspart thumbnail-badge - The sign on that of a video, with its duration.
 * @csspart thumbnail-image - The picture in it.
 * @csspart gallery - The list of all photos.
 * @csspart dialog - The large view.
 * @csspart zoom-frame - What is behind the photo in it.
 * @csspart zoom-image - The photo in it.
 * @csspart zoom-bar - The row of counter and buttons in it.
 * @csspart zoom-in-button - Magnifies.
 * @csspart zoom-out-button - Takes that back.
 * @csspart close-button - Closes the large view.
 * @csspart empty - The message while there are no photos.
 * @csspart error - The message after an error.
 * @csspart message-art - The drawing of a message.
 * @csspart message-title - Its first line.
 * @csspart message-text - What it says to do.
 * @csspart skeleton - The shimmer while the vehicle is read.
 * @csspart dropzone - Where files are dropped.
 * @csspart drop-overlay - Over everything while files are held over it.
 * @csspart choose-button - Opens the file picker.
 * @csspart camera-button - Opens the camera.
 * @csspart queue - Files on their way.
 * @csspart overall - What is said of all of them.
 * @csspart overall-progress - How far all of them are.
 * @csspart item - One of them.
 * @csspart item-progress - How far it is.
 * @csspart item-error - Why it failed.
 * @csspart item-warning - What staff should know of a video that is shown.
 * @csspart hold-button - Holds it, or goes on with it.
 * @csspart cancel-button - Gives it up.
 * @csspart manage - In the mode `manage` what stands below the drop zone.
 * @csspart grid - The photos to edit.
 * @csspart card - One of them.
 * @csspart photo - The picture in it.
 * @csspart badge - What its status is.
 * @csspart description - Its text.
 * @csspart toast - The offer to take a removal back.
 * @csspart undo-button - Takes it back.
 *
 * @cssproperty [--vm-aspect-ratio=4/3] - Shape of the whole box.
 * @cssproperty [--vm-gap=8px] - Between stage, thumbnails and tiles.
 * @cssproperty [--vm-radius=12px] - Of corners.
 * @cssproperty --vm-color-bg - Behind everything.
 * @cssproperty --vm-color-fg - Of text.
 * @cssproperty --vm-color-accent - Of the current thumbnail and of main buttons.
 * @cssproperty --vm-color-danger - Of errors and of removal.
 * @cssproperty --vm-color-focus - Of focus rings; the accent otherwise.
 * @cssproperty [--vm-font=system-ui, sans-serif] - Font family.
 * @cssproperty [--vm-control-size=44px] - Of buttons.
 * @cssproperty [--vm-thumbnail-size=84px] - Width of a thumbnail.
 * @cssproperty --vm-object-fit - How a photo fills the stage: `cover`, but `contain` for upright ones.
 *
 * @cssstate loading - The vehicle is being read.
 * @cssstate ready - There are photos.
 * @cssstate empty - There are none yet.
 * @cssstate error - It could not be read.
 * @cssstate live - Changes arrive.
 * @cssstate playing - Photos turn by themselves.
 * @cssstate dragging - Files are held over it.
 * @cssstate uploading - Files are on their way.
 */
export class VehicleMediaElement extends VehicleMediaOptions implements SlideshowHost, VehicleHost {
  static override styles = [baseStyles, slideshowStyles];

  #internals = this.attachInternals();
  #translation = new Translation(this);
  #client = new ApiClient(this, () => this.dispatchEvent(new TokenExpiredEvent()));
  #vehicle = new VehicleController(this, this.#client);
  #slideshow = new Slideshow(this);
  /** What `shown` was made of, and what it was: the same array until something changes. */
  #listed: readonly MediaItem[] | null = [];
  #shown: readonly MediaItem[] = [];
  #fallback = true;
  #announcement = '';
  #gallery = new LatePart(this, () => import('../slideshow/gallery.ts'));
  #notices = new LatePart(this, () => import('../slideshow/notices.ts'));
  #jsonLd = new LatePart(this, () => import('../json-ld/json-ld-script.ts'));
  #zoomPart = new LatePart(this, () => import('../slideshow/zoom/zoom-dialog.ts'));
  #zoom: ZoomDialog | undefined;
  #uploader: Uploader | undefined;

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'lang', 'dir'];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#zoom?.close();
    this.#jsonLd.module?.describe(this, null);
  }

  override attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    super.attributeChangedCallback(name, before, now);
    if ((name === 'lang' || name === 'dir') && this.isConnected) {
      this.#translation.hostConnected();
    }
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (
      !this.hasUpdated ||
      keys.some((key) => changed.has(key)) ||
      (changed.has('mode') && !this.forStaff)
    ) {
      this.#uploader?.disconnect();
      this.#uploader = undefined;
      void this.#load();
    } else if (changed.has('mode') || (changed.has('token') && this.status === 'error')) {
      void this.#load();
    } else if (this.status !== 'loading') {
      if (changed.has('token') || changed.has('noLive')) this.#vehicle.follow();
      if (changed.has('noJsonLd')) this.#describe();
    }
    if (changed.has('group')) this.#listed = null;
  }

  protected override updated(changed: PropertyValues): void {
    const { aspectRatio } = this;
    if (changed.has('aspectRatio')) {
      const base = this.renderRoot.querySelector<HTMLElement>('.base');
      if (aspectRatio && CSS.supports('aspect-ratio', aspectRatio)) {
        base?.style.setProperty('--_ratio', aspectRatio);
      } else base?.style.removeProperty('--_ratio');
    }
    for (const status of ['loading', 'ready', 'empty', 'error'] as const) {
      this.#toggleState(status, this.status === status);
    }
    this.#toggleState('live', this.live);
    this.#toggleState('playing', this.playing);
    this.#zoom?.update();
    const described = this.forStaff || this.noJsonLd ? null : this.#vehicle.vehicle;
    this.#jsonLd.module?.describe(this, described, this.#vehicle.items);
  }

  /** `loading` until the first read, then `ready`, `empty` or `error`. */
  get status(): VehicleMediaStatus {
    const { phase } = this.#vehicle;
    return phase !== 'loaded' ? phase : this.media.length > 0 ? 'ready' : 'empty';
  }

  /** In gallery order: what visitors see, in the modes for staff every status. */
  get media(): readonly MediaItem[] {
    return this.forStaff ? this.#vehicle.items : this.shown;
  }

  /** Rises when media are added, removed or put in another order. */
  get mediaVersion(): number {
    return this.#vehicle.mediaVersion;
  }

  get currentIndex(): number {
    return this.#slideshow.index;
  }

  get currentMedia(): MediaItem | null {
    return this.#slideshow.current;
  }

  /** Files on their way; empty in the mode `view`. */
  get uploads(): readonly UploadItem[] {
    return this.#uploader?.items ?? [];
  }

  /** Whether the photos turn by themselves right now. */
  get playing(): boolean {
    return this.#slideshow.playing;
  }

  /** Whether changes arrive right now. */
  get live(): boolean {
    return this.#vehicle.connection === 'live';
  }

  /** @internal */
  get shown(): readonly MediaItem[] {
    const { items } = this.#vehicle;
    if (items !== this.#listed) {
      this.#listed = items;
      this.#shown = items.filter(
        ({ status, renditions, sources, groupKey }) =>
          status === 'READY' &&
          (renditions[0] ?? sources?.[0]) &&
          (!this.group || groupKey === this.group),
      );
    }
    return this.#shown;
  }

  /** @internal */
  get texts(): Texts {
    return this.#translation.texts;
  }

  /** @internal */
  get locale(): string {
    return this.#translation.locale;
  }

  /** @internal */
  get direction(): 'ltr' | 'rtl' {
    return this.#translation.direction;
  }

  /** @internal */
  get vehicleTitle(): string | null {
    return this.#vehicle.vehicle?.title ?? null;
  }

  /** @internal */
  get vehicleKey(): VehicleKey {
    const { vehicle: id, vin, stockNumber, dealership } = this;
    return { id, vin, stockNumber, dealership: dealership ?? undefined };
  }

  /** @internal */
  get forStaff(): boolean {
    return this.mode === 'upload' || this.mode === 'manage';
  }

  /** Shows the next photo. */
  next(): void {
    this.#slideshow.goTo(this.currentIndex + 1, 'api');
  }

  /** Shows the photo before. */
  previous(): void {
    this.#slideshow.goTo(this.currentIndex - 1, 'api');
  }

  /** Shows the photo at an index, from 0. */
  goTo(index: number): void {
    this.#slideshow.goTo(index, 'api');
  }

  /** Has the photos turn by themselves. */
  play(): void {
    void this.#slideshow.play('api');
  }

  /** Stops them. */
  pause(): void {
    this.#slideshow.pause('api');
  }

  /** Opens the large view at a photo. */
  async enlarge(id: string): Promise<void> {
    const { ZoomDialog } = await this.#zoomPart.load();
    if (!this.isConnected) return;
    this.#slideshow.pause('user');
    this.#zoom ??= new ZoomDialog(this, (last) => {
      const index = this.shown.findIndex((media) => media.id === last);
      if (index >= 0) this.goTo(index);
    });
    this.#zoom.open(id);
  }

  /** Reads the vehicle again, behind what is shown. */
  async refresh(): Promise<void> {
    await this.#vehicle.refresh();
  }

  /** Opens the file picker; in the modes for staff. */
  openPicker(): void {
    this.#uploader?.openPicker();
  }

  /** Takes files as if they were dropped. */
  addFiles(files: Iterable<File>): void {
    this.#uploader?.addFiles(files);
  }

  /** Holds one upload, or all and those that will come. */
  pauseUploads(id?: string): void {
    this.#uploader?.pause(id);
  }

  /** Goes on with one upload, or with all. */
  resumeUploads(id?: string): void {
    this.#uploader?.resume(id);
  }

  /** Tries one upload again, or all that failed. */
  retry(id?: string): void {
    this.#uploader?.retry(id);
  }

  /** Gives up one upload, or all that are not done. */
  cancel(id?: string): void {
    this.#uploader?.cancel(id);
  }

  /** Moves a photo to an index, from 0. */
  async moveMedia(id: string, to: number): Promise<void> {
    await this.#uploader?.moveMedia(id, to);
  }

  async removeMedia(id: string): Promise<void> {
    await this.#uploader?.removeMedia(id);
  }

  /** Takes back the last removal or move. */
  async undo(): Promise<void> {
    await this.#uploader?.undo();
  }

  /** @internal */
  firstPhotoShown(): void {
    this.#fallback = false;
  }

  /** @internal */
  announce(text: string): void {
    this.#announcement = text;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { texts, vehicleTitle: title, status } = this;
    const carousel = !this.forStaff && this.layout !== 'gallery' && status === 'ready';
    return html`<section
      class="base ${this.#uploader ? '' : 'viewer'}"
      part="base"
      data-layout=${this.layout}
      data-status=${status}
      dir=${this.direction}
      aria-roledescription=${carousel ? texts.carousel : nothing}
      aria-label=${title ? format(texts.gallery, { title }) : texts.galleryUntitled}
      aria-busy=${status === 'loading'}
      @keydown=${carousel ? this.#slideshow.onKeydown : nothing}
    >
      ${this.#content(carousel)}
      <div class="sr" aria-live=${this.playing ? 'off' : 'polite'}>${this.#announcement}</div>
    </section>`;
  }

  #content(carousel: boolean): unknown {
    const { status, texts } = this;
    const { error } = this.#vehicle;
    if (this.#uploader && status !== 'loading' && status !== 'error')
      return this.#uploader.render();
    if (carousel) return this.#slideshow.render(this.#pageContent());
    if (status === 'ready' && !this.forStaff) {
      const enlarge = (id: string): void => void this.enlarge(id);
      return this.#gallery.now()?.renderGallery(this.shown, this, this.noZoom ? null : enlarge);
    }
    const own = this.querySelector(':scope > :not([slot])') !== null;
    return html`<div class="stage" part="stage">
      ${
        status === 'loading' || this.forStaff
          ? html`<slot name="loading"
              ><div class="skeleton" part="skeleton"></div>
              <span class="sr">${texts.loading}</span></slot
            >`
          : nothing
      }
      ${status === 'empty' ? nothing : this.#pageContent()}
      ${
        status === 'empty' && !this.forStaff
          ? html`<slot name="empty">${this.#notices.now()?.emptyMessage(texts)}</slot>`
          : nothing
      }
      ${
        status === 'error' && error
          ? html`<slot name="error"
              >${
                this.#notices.now()?.errorMessage(error, texts, own, () => void this.#load()) ??
                texts.errorTitle
              }</slot
            >`
          : nothing
      }
    </div>`;
  }

  /** What the page put into the element: the first paint, until the first photo covers it. */
  #pageContent(): TemplateResult {
    return html`<div class="fallback" ?hidden=${!this.#fallback}><slot></slot></div>`;
  }

  async #load(): Promise<void> {
    this.#fallback = true;
    this.#slideshow.restart();
    if (!(await this.#vehicle.load())) return;
    await this.#translation.loaded;
    if (this.forStaff) await this.#loadUploader();
    else if (this.status === 'empty') await this.#notices.load();
    else if (this.layout === 'gallery') await this.#gallery.load();
    await this.updateComplete;
    this.dispatchEvent(new ReadyEvent(this.media));
    this.#vehicle.follow();
    this.#describe();
  }

  /** Has the page tell crawlers what it shows. */
  #describe(): void {
    if (!this.noJsonLd && !this.forStaff) whenIdle(() => this.#jsonLd.now());
  }

  async #loadUploader(): Promise<void> {
    if (this.#uploader) return;
    const [{ createUploaderFor }] = await Promise.all([
      import('./uploader-bridge.ts'),
      this.#vehicle.live(),
    ]);
    this.#uploader ??= createUploaderFor(this, this.#client, this.#vehicle, this.#toggleState);
    this.requestUpdate();
  }

  #toggleState = (name: string, on: boolean): void => {
    this.#internals.states?.[on ? 'add' : 'delete'](name);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'vehicle-media': VehicleMediaElement;
  }
}
