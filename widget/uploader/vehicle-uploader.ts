import { html, nothing, type ReactiveController, type TemplateResult } from 'lit';
import { createRef } from 'lit/directives/ref.js';
import { BeforeRemoveEvent, BeforeReorderEvent, FileAddEvent } from '../upload-events.ts';
import type { Uploader, UploaderHost, UploadItem } from '../vehicle-media/uploader-host.ts';
import { FileDrop } from './file-drop.ts';
import { GalleryApi } from './gallery/gallery-api.ts';
import { Gallery } from './gallery/gallery.ts';
import { Language } from './language.ts';
import { LeaveGuard } from './leave-guard.ts';
import { ProcessingWatch } from './processing-watch.ts';
import { posterOf } from './poster/poster-of.ts';
import { UploadApi, type Request } from './queue/upload-api.ts';
import type { QueueEvent } from './queue/queue-options.ts';
import { UploadQueue } from './queue/upload-queue.ts';
import { FileGate } from './file-gate.ts';
import { requestInTime } from './request-in-time.ts';
import { Resume } from './resume/resume.ts';
import { sendByXhr } from './send-by-xhr.ts';
import { uploadItem } from './upload-item.ts';
import { UploadReporter } from './upload-reporter.ts';
import { uploaderStyles } from './uploader.styles.ts';
import { dropZone } from './view/drop-zone.ts';
import { addIcon } from './view/icons.ts';
import { ManageGrid } from './view/manage-grid.ts';
import { PreviewPainter } from './view/preview-painter.ts';
import { queuePanel } from './view/queue-panel.ts';
import { nextOnline, whenOnline } from './when-online.ts';

/** The queue is drawn no more often: milliseconds. */
const DRAWN_EVERY_MS = 100;

/** The staff half of `<vehicle-media>`: takes files, shows their way, and keeps the gallery. */
export class VehicleUploader implements Uploader, ReactiveController {
  readonly styles = uploaderStyles;
  #host: UploaderHost;
  #language: Language;
  #gate: FileGate;
  #request: Request;
  #queue: UploadQueue;
  #grid: ManageGrid;
  #drop: FileDrop;
  #reporter: UploadReporter;
  #previews: PreviewPainter;
  #processing: ProcessingWatch;
  #resume: Resume;
  #guard = new LeaveGuard();
  #picker = createRef<HTMLInputElement>();
  #camera = createRef<HTMLInputElement>();
  #drawTimer: ReturnType<typeof setTimeout> | undefined;
  #drawnAt = -Infinity;

  constructor(host: UploaderHost) {
    const words = () => this.#language.words;
    this.#host = host;
    this.#language = new Language(host);
    const request = (this.#request = requestInTime(host.request.bind(host)));
    this.#gate = new FileGate(host, request);
    this.#queue = this.#createQueue();
    this.#grid = new ManageGrid(host, createGallery(host, request), words);
    this.#drop = new FileDrop(host, (files) => this.addFiles(files));
    this.#reporter = new UploadReporter(host, words);
    this.#previews = new PreviewPainter((id) => this.#queue.tasks.find((task) => task.id === id));
    this.#processing = new ProcessingWatch(() => host.refresh());
    this.#resume = this.#createResume();
    void this.#resume.start();
    for (const hint of ['pointerover', 'focusin', 'dragenter']) {
      host.addEventListener(hint, this.#warm, { once: true });
    }
    addEventListener('online', this.#onOnline);
    host.addController(this);
  }

  get items(): readonly UploadItem[] {
    return this.#queue.tasks.map((task) => uploadItem(task, this.#language.words));
  }

  hostUpdate(): void {
    this.#queue.settle(this.#host.media);
    this.#grid.beforeUpdate();
  }

  hostUpdated(): void {
    this.#grid.afterUpdate();
    this.#previews.watch(this.#host.renderRoot);
  }

  hostDisconnected(): void {
    this.#gate.dispose();
  }

  render(): TemplateResult {
    const { accept, capture, disabled, maxFiles, media, mode } = this.#host;
    const { words } = this.#language;
    return html`<div class="uploader" data-mode=${mode}>
      ${dropZone({
        words,
        picker: this.#picker,
        camera: this.#camera,
        accept,
        capture,
        maxFiles,
        disabled,
        limits: this.#gate.limits,
        compact: this.#queue.tasks.length > 0 || (mode === 'manage' && media.length > 0),
        onFiles: (files) => this.addFiles(files),
      })}
      ${queuePanel(this.#queue, words, (id) => this.retry(id))}
      ${mode === 'manage' ? this.#grid.render() : nothing}
      ${
        this.#drop.dragging
          ? html`<div class="drop-here" part="drop-overlay">
              <span>${addIcon}${words.say('dropNow')}</span>
            </div>`
          : nothing
      }
    </div>`;
  }

  openPicker(): void {
    if (!this.#host.disabled) this.#picker.value?.click();
  }

  addFiles(files: Iterable<File>): void {
    const list = [...files];
    if (this.#host.disabled || list.length === 0) return;
    if (!this.#host.dispatchEvent(new FileAddEvent(list))) return;
    this.#queue.add(list);
    this.#host.announce(this.#language.words.say('filesAdded', { count: list.length }));
  }

  pause(id?: string): void {
    this.#queue.pause(id);
  }

  resume(id?: string): void {
    this.#queue.resume(id);
  }

  retry(id?: string): void {
    const { failure } = this.#queue.tasks.find((task) => task.id === id) ?? {};
    if (id && failure?.code === 'FILE_NEEDED') void this.#findAgain(id);
    else this.#queue.retry(id);
  }

  cancel(id?: string): void {
    this.#queue.cancel(id);
  }

  moveMedia(id: string, to: number): Promise<void> {
    return this.#grid.move(id, to);
  }

  removeMedia(id: string): Promise<void> {
    return this.#grid.remove(id);
  }

  undo(): Promise<void> {
    return this.#grid.undo();
  }

  disconnect(): void {
    this.#queue.close(this.#resume.close());
    for (const part of [
      this.#grid,
      this.#drop,
      this.#previews,
      this.#gate,
      this.#processing,
      this.#reporter,
    ]) {
      part.dispose();
    }
    removeEventListener('online', this.#onOnline);
    this.#guard.set(false);
    clearTimeout(this.#drawTimer);
    this.#host.toggleState('uploading', false);
    this.#host.removeController(this);
  }

  #createQueue(): UploadQueue {
    const host = this.#host;
    const gate = this.#gate;
    return new UploadQueue({
      api: new UploadApi(this.#request),
      send: sendByXhr,
      vehicleId: () => host.vehicleId,
      concurrency: () => host.concurrency,
      maxFiles: () => host.maxFiles,
      validate: (file) => gate.validate(file),
      check: (file) => gate.check(file),
      transform: () => gate.transform,
      prepare: (file, type, signal) => gate.prepare(file, type, signal),
      hash: (file, signal) => gate.hash(file, signal),
      poster: posterOf,
      online: whenOnline,
      nextOnline,
      keep: (task) => this.#resume.keep(task),
      onTask: (task) => this.#resume.noted(task),
      onChange: () => this.#changed(),
      onEvent: (event) => this.#onEvent(event),
    });
  }

  #createResume(): Resume {
    const host = this.#host;
    return new Resume(() => {
      const { endpoint, vehicleId } = host;
      const options = { endpoint, request: this.#request, queue: this.#queue };
      return vehicleId === null ? null : { ...options, vehicleId };
    });
  }

  async #findAgain(id: string): Promise<void> {
    const file = await this.#resume.readAgain(id);
    if (file) this.#queue.add([file]);
    else this.openPicker();
  }

  #warm = (): void => {
    if (navigator.onLine) this.#queue.warm();
  };

  /** What was given up for want of a network. */
  #onOnline = (): void => {
    for (const { failure, id } of this.#queue.tasks) {
      if (failure?.code === 'NETWORK') this.#queue.retry(id);
    }
  };

  #onEvent(event: QueueEvent): void {
    if (event.type === 'progress') {
      this.#drawSoon();
      this.#resume.moved(event.task);
    }
    if (event.type === 'failed') this.#gate.learn(event.task);
    if (event.type === 'accepted' && event.media) {
      const { media } = event;
      const { mediaVersion } = media.vehicle;
      this.#host.applyChange({ type: 'upsert', media, mediaVersion });
    }
    this.#reporter.report(event, this.#queue);
  }

  #changed(): void {
    const { active, tasks } = this.#queue;
    this.#host.toggleState('uploading', active);
    this.#guard.set(active);
    this.#processing.set(tasks.some(({ state }) => state === 'processing'));
    this.#drawSoon();
  }

  /** At once when nothing was drawn of late. */
  #drawSoon(): void {
    const waitMs = this.#drawnAt + DRAWN_EVERY_MS - performance.now();
    this.#drawTimer ??= waitMs > 0 ? setTimeout(this.#draw, waitMs) : void this.#draw();
  }

  #draw = (): void => {
    this.#drawTimer = undefined;
    this.#drawnAt = performance.now();
    this.#host.requestUpdate();
  };
}

function createGallery(host: UploaderHost, request: Request): Gallery {
  return new Gallery({
    api: new GalleryApi(request),
    vehicleId: () => host.vehicleId,
    media: () => host.media,
    mediaVersion: () => host.mediaVersion,
    applyChange: (change) => host.applyChange(change),
    mayMove: (id, from, to) => host.dispatchEvent(new BeforeReorderEvent(id, from, to)),
    mayRemove: (media) => host.dispatchEvent(new BeforeRemoveEvent(media)),
    onChange: () => host.requestUpdate(),
  });
}
