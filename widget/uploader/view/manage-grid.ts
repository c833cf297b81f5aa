import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MediaItem } from '../../api/media-item.ts';
import type { UploaderHost } from '../../vehicle-media/uploader-host.ts';
import { failureOf } from '../api-failure.ts';
import type { Gallery } from '../gallery/gallery.ts';
import type { UploaderStrings } from '../strings/uploader-strings.ts';
import { CardDrag } from './card-drag.ts';
import { Glide } from './glide.ts';
import { photoIcon } from './icons.ts';
import { mediaCard, type CardActions } from './media-card.ts';
import { UndoToast } from './undo-toast.ts';
import type { Words } from './words.ts';

/** The grid of a vehicle's photos: sorting, describing, removing, by pointer and by keyboard. */
export class ManageGrid {
  #host: UploaderHost;
  #gallery: Gallery;
  #words: () => Words;
  #toast: UndoToast;
  #drag: CardDrag;
  #glide = new Glide();
  #grabbed: { id: string; from: number } | null = null;
  /** What is being typed. */
  #draft: { id: string; alt: string } | null = null;
  #problems = new Map<string, string>();
  #problem: string | null = null;
  /** Gets the focus once it is drawn. */
  #focus: { id: string; control: string } | null = null;
  #drawing = false;
  #order = '';

  constructor(host: UploaderHost, gallery: Gallery, words: () => Words) {
    this.#host = host;
    this.#gallery = gallery;
    this.#words = words;
    this.#toast = new UndoToast(host);
    this.#drag = new CardDrag(
      host,
      () => host.dir === 'rtl',
      (id, to) => void this.move(id, to),
    );
  }

  get #items(): readonly MediaItem[] {
    return this.#gallery.items;
  }

  #say(name: keyof UploaderStrings, values?: Readonly<Record<string, string | number>>): string {
    return this.#words().say(name, values);
  }

  async move(id: string, to: number): Promise<void> {
    const total = this.#items.length;
    try {
      const moving = this.#gallery.move(id, to);
      const current = this.#items.findIndex((media) => media.id === id) + 1;
      this.#tell(null);
      this.#host.announce(this.#say('moved', { current, total }));
      await moving;
    } catch (error) {
      this.#tell(this.#say('notMoved', { reason: this.#reason(error) }));
    }
  }

  async remove(id: string): Promise<void> {
    const before = this.#items;
    const index = before.findIndex((media) => media.id === id);
    const removing = this.#gallery.remove(id);
    if (this.#items.length === before.length) return;
    const next = before[index + 1] ?? before[index - 1];
    if (next) this.#focus = { id: next.id, control: 'photo' };
    if (this.#draft?.id === id) this.#draft = null;
    this.#tell(null);
    this.#toast.add(id);
    this.#host.announce(`${this.#say('removed', { count: 1 })}. ${this.#say('undo')}: Ctrl+Z.`);
    try {
      await removing;
    } catch (error) {
      this.#toast.drop(id);
      this.#tell(this.#say('notRemoved', { reason: this.#reason(error) }));
    }
  }

  /** The last removal or move; or the removals that the toast speaks of. */
  async undo(ids: readonly string[] = []): Promise<void> {
    try {
      if (ids.length === 0) await this.#gallery.undo();
      // The last one first: each finds its neighbours where it left them.
      for (const id of ids.toReversed()) {
        this.#toast.drop(id);
        await this.#gallery.undo(id);
        this.#focus = { id, control: 'photo' };
      }
      this.#host.announce(this.#say('restored'));
    } catch (error) {
      this.#tell(this.#say('notRestored', { reason: this.#reason(error) }));
    }
    this.#host.requestUpdate();
  }

  beforeUpdate(): void {
    this.#drawing = true;
    const order = this.#items.map(({ id }) => id).join();
    if (order !== this.#order && this.#order !== '') this.#glide.before(this.#cards());
    else this.#glide.before([]);
    this.#order = order;
  }

  afterUpdate(): void {
    this.#drawing = false;
    this.#glide.after(this.#cards());
    const wanted = this.#focus ?? (this.#draft ? { id: this.#draft.id, control: 'alt' } : null);
    const control = wanted && this.#control(wanted.id, wanted.control);
    if (!control) return;
    this.#focus = null;
    // A node that was moved in the list has lost its focus.
    if ((this.#host.renderRoot as ShadowRoot).activeElement !== control) control.focus();
  }

  dispose(): void {
    this.#drag.cancel();
    this.#toast.close();
  }

  render(): TemplateResult {
    const items = this.#items;
    const words = this.#words();
    return html`<section class="manage" part="manage" aria-label=${words.say('photos')}>
      <p class="sr" id="photo-help">${words.say('photoHelp')}</p>
      ${this.#problem ? html`<p class="problem" part="error">${this.#problem}</p>` : nothing}
      ${this.#toast.render(words, () => void this.undo(this.#toast.ids))}
      ${
        items.length === 0
          ? html`<slot name="empty"
              ><div class="none" part="empty">
                ${photoIcon}
                <span class="title">${words.say('emptyTitle')}</span>
                <span class="hint">${words.say('emptyText')}</span>
              </div></slot
            >`
          : html`<div class="heading">
                <span class="title">${words.say('photoCount', { count: items.length })}</span>
                <span class="hint">${words.say('orderHint')}</span>
              </div>
              <ol class="grid" role="list" part="grid" @keydown=${this.#onGridKey}>
                ${repeat(
                  items,
                  ({ id }) => id,
                  (media, index) => this.#card(media, index, items.length),
                )}
              </ol>`
      }
    </section>`;
  }

  #card(media: MediaItem, index: number, total: number): TemplateResult {
    const { id } = media;
    const state = {
      index,
      total,
      grabbed: this.#grabbed?.id === id,
      dragged: this.#drag.id === id,
      mark:
        this.#drag.before === id
          ? ('before' as const)
          : this.#drag.after === id
            ? ('after' as const)
            : null,
      draft: this.#draft?.id === id ? this.#draft.alt : null,
      problem: this.#problems.get(id) ?? null,
      disabled: this.#host.disabled,
    };
    return mediaCard(media, state, this.#words(), this.#actions);
  }

  #actions: CardActions = {
    onKey: (event, media) => this.#onKey(event, media),
    onGrab: (media) => this.#grab(media),
    onLeave: (media) => {
      if (!this.#drawing && this.#grabbed?.id === media.id) this.#grab(media);
    },
    onPointer: (event, media) => this.#drag.start(event, media.id),
    onMove: (media, to, control) => {
      this.#focus = { id: media.id, control };
      void this.move(media.id, to);
    },
    onRemove: (media) => void this.remove(media.id),
    onRetry: (media) => void this.#retry(media),
    onType: (media, alt) => {
      this.#draft = { id: media.id, alt };
      this.#problems.delete(media.id);
    },
    onSave: (media) => void this.#save(media),
    onForget: (media) => {
      if (this.#draft?.id === media.id) this.#draft = null;
      this.#host.requestUpdate();
    },
  };

  #onKey(event: KeyboardEvent, media: MediaItem): void {
    const index = this.#items.findIndex(({ id }) => id === media.id);
    const grabbed = this.#grabbed?.id === media.id;
    if (event.key === 'Escape' && grabbed) {
      const { from } = this.#grabbed ?? { from: index };
      this.#grabbed = null;
      void this.move(media.id, from);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      void this.remove(media.id);
    } else {
      const to = this.#destination(event.key, index, event.altKey || grabbed);
      if (to === null) return;
      if (event.altKey || grabbed) {
        this.#focus = { id: media.id, control: 'photo' };
        void this.move(media.id, to);
      } else {
        this.#focus = { id: this.#items[to]?.id ?? media.id, control: 'photo' };
      }
    }
    event.preventDefault();
    this.#host.requestUpdate();
  }

  /** Where a key leads from an index; null for other keys. */
  #destination(key: string, index: number, moving: boolean): number | null {
    const forward = this.#host.dir === 'rtl' ? -1 : 1;
    const last = this.#items.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: this.#columns(),
      ArrowUp: -this.#columns(),
    };
    const step = steps[key];
    if (step !== undefined) return Math.max(0, Math.min(index + step, last));
    if (!moving) return null;
    return key === 'Home' ? 0 : key === 'End' ? last : null;
  }

  #columns(): number {
    const tops = this.#cards().map((card) => card.offsetTop);
    const next = tops.findIndex((top) => top !== tops[0]);
    return next === -1 ? tops.length : next;
  }

  #grab(media: MediaItem): void {
    const total = this.#items.length;
    const index = this.#items.findIndex(({ id }) => id === media.id);
    const grabbed = this.#grabbed?.id === media.id;
    this.#grabbed = grabbed ? null : { id: media.id, from: index };
    this.#host.announce(this.#say(grabbed ? 'putDown' : 'pickedUp', { current: index + 1, total }));
    this.#host.requestUpdate();
  }

  #onGridKey = (event: KeyboardEvent): void => {
    const typing = (event.target as Element).matches('input');
    if (typing || event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (!this.#gallery.canUndo) return;
    event.preventDefault();
    const last = this.#toast.ids.at(-1);
    void this.undo(last === undefined ? [] : [last]);
  };

  async #save(media: MediaItem): Promise<void> {
    if (this.#drawing || this.#draft?.id !== media.id) return;
    const alt = this.#draft.alt.trim();
    this.#draft = null;
    if (alt === (media.alt ?? '')) return this.#host.requestUpdate();
    try {
      await this.#gallery.describe(media.id, alt);
      this.#host.announce(this.#say('saved'));
    } catch (error) {
      const sentence = this.#say('notSaved', { reason: this.#reason(error) });
      this.#problems.set(media.id, sentence);
      this.#host.announce(sentence);
    }
    this.#host.requestUpdate();
  }

  async #retry(media: MediaItem): Promise<void> {
    try {
      this.#problems.delete(media.id);
      await this.#gallery.retry(media.id);
    } catch (error) {
      this.#problems.set(media.id, this.#reason(error));
      this.#host.requestUpdate();
    }
  }

  #reason(error: unknown): string {
    return this.#words().failure(failureOf(error));
  }

  #tell(problem: string | null): void {
    this.#problem = problem;
    if (problem) this.#host.announce(problem);
    this.#host.requestUpdate();
  }

  #cards(): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLElement>('.grid > .card')];
  }

  #control(id: string, control: string): HTMLElement | null {
    const card = this.#cards().find(({ dataset }) => dataset['id'] === id);
    return card?.querySelector<HTMLElement>(`[data-control="${control}"]`) ?? null;
  }
}
