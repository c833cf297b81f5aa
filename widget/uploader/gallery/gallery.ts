import type { MediaChange } from '../../api/media-change.ts';
import type { MediaItem } from '../../api/media-item.ts';
import { failureOf } from '../api-failure.ts';
import type { AnsweredMedia } from '../queue/upload-api.ts';
import { UploadFailure } from '../queue/upload-failure.ts';
import type { GalleryApi } from './gallery-api.ts';
import { applyPlaces, placeAt, type NewPlace } from './new-place.ts';

/** A change of order is sent again so often when others are faster. */
const CONFLICTS = 3;

export interface GalleryOptions {
  readonly api: GalleryApi;
  readonly vehicleId: () => string | null;
  /** As the element knows them. */
  readonly media: () => readonly MediaItem[];
  readonly mediaVersion: () => number;
  /** The element takes it over sooner or later; until then the gallery shows it by itself. */
  readonly applyChange: (change: MediaChange) => void;
  readonly mayMove: (id: string, from: number, to: number) => boolean;
  readonly mayRemove: (media: MediaItem) => boolean;
  readonly onChange: () => void;
}

type Done =
  | { readonly kind: 'removed'; readonly id: string }
  | { readonly kind: 'moved'; readonly id: string; readonly from: number };

/**
 * A vehicle's gallery as the person sees it: their own changes at once, before
 * the server has answered, with those of others merged in. A change that the
 * server refuses is taken back.
 */
export class Gallery {
  #options: GalleryOptions;
  #hidden = new Set<string>();
  #places: NewPlace[] = [];
  /** The order that the server took last, until the element knows of it. */
  #taken: { readonly order: readonly string[]; readonly version: number } | null = null;
  #sending: Promise<void> | null = null;
  /** Descriptions that the element does not know yet; `savedAt` once the server does. */
  #alts = new Map<string, { readonly alt: string; readonly savedAt: string | null }>();
  #history: Done[] = [];
  #removals = new Map<string, Promise<void>>();

  constructor(options: GalleryOptions) {
    this.#options = options;
  }

  get items(): readonly MediaItem[] {
    const known = new Map(this.#options.media().map((media) => [media.id, media]));
    this.#reconcile(known);
    return applyPlaces(this.#order(), this.#places).flatMap((id) => {
      const media = known.get(id);
      if (!media || this.#hidden.has(id)) return [];
      const text = this.#alts.get(id);
      return [text ? { ...media, alt: text.alt } : media];
    });
  }

  get canUndo(): boolean {
    return this.#history.length > 0;
  }

  /**
   * Moves a photo to an index of {@link items}. Resolves to false when the page forbade it.
   *
   * @throws UploadFailure after the photo is back in its place.
   */
  async move(id: string, to: number): Promise<boolean> {
    const order = this.items.map((media) => media.id);
    const from = order.indexOf(id);
    const place = placeAt(order, id, to);
    if (from === -1 || place.to === from) return false;
    if (!this.#options.mayMove(id, from, place.to)) return false;
    this.#history.push({ kind: 'moved', id, from });
    await this.#place(place);
    return true;
  }

  /**
   * Resolves to false when the page forbade it.
   *
   * @throws UploadFailure after the photo is back.
   */
  async remove(id: string): Promise<boolean> {
    const media = this.items.find((item) => item.id === id);
    if (!media || !this.#options.mayRemove(media)) return false;
    this.#hidden.add(id);
    this.#history.push({ kind: 'removed', id });
    this.#options.onChange();
    const removal = this.#options.api.delete(id);
    this.#removals.set(id, removal);
    try {
      await removal;
      this.#options.applyChange({
        type: 'remove',
        mediaId: id,
        mediaVersion: this.#options.mediaVersion(),
      });
      return true;
    } catch (error) {
      this.#hidden.delete(id);
      this.#forget('removed', id);
      throw failureOf(error);
    } finally {
      this.#removals.delete(id);
      this.#options.onChange();
    }
  }

  /**
   * Takes back the last removal or move, or the removal that is named.
   *
   * @throws UploadFailure
   */
  async undo(removedId?: string): Promise<void> {
    const index =
      removedId === undefined
        ? this.#history.length - 1
        : this.#history.findIndex(({ kind, id }) => kind === 'removed' && id === removedId);
    const [done] = index === -1 ? [] : this.#history.splice(index, 1);
    if (!done) return;
    if (done.kind === 'moved') {
      const order = this.items.map(({ id }) => id);
      return this.#place(placeAt(order, done.id, done.from));
    }
    await this.#removals.get(done.id)?.catch(() => undefined);
    const media = await this.#options.api.restore(done.id);
    this.#hidden.delete(done.id);
    this.#take(media);
  }

  /** @throws UploadFailure after the old text is back. */
  async describe(id: string, alt: string): Promise<void> {
    const typed = { alt, savedAt: null };
    this.#alts.set(id, typed);
    this.#options.onChange();
    try {
      const media = await this.#options.api.describe(id, alt);
      if (this.#alts.get(id) === typed) this.#alts.set(id, { alt, savedAt: media.updatedAt });
      this.#take(media);
    } catch (error) {
      if (this.#alts.get(id) === typed) this.#alts.delete(id);
      throw error;
    } finally {
      this.#options.onChange();
    }
  }

  /** Has the server prepare a failed picture again. @throws UploadFailure */
  async retry(id: string): Promise<void> {
    this.#take(await this.#options.api.retry(id));
  }

  #place(place: NewPlace): Promise<void> {
    this.#places.push(place);
    this.#options.onChange();
    this.#sending ??= this.#sendOrder().finally(() => {
      this.#sending = null;
      this.#options.onChange();
    });
    return this.#sending;
  }

  /** Moves made while one request is on its way share the next. */
  async #sendOrder(): Promise<void> {
    const { api, applyChange, mediaVersion, vehicleId } = this.#options;
    try {
      while (this.#places.length > 0) {
        const count = this.#places.length;
        const places = this.#places.slice(0, count);
        let order = applyPlaces(this.#order(), places);
        let version = Math.max(mediaVersion(), this.#taken?.version ?? 0);
        for (let conflicts = 0; ; conflicts += 1) {
          const answer = await api.reorder(vehicleId() ?? '', order, version);
          if ('mediaVersion' in answer) {
            version = answer.mediaVersion;
            break;
          }
          if (conflicts === CONFLICTS) throw new UploadFailure('REFUSED');
          version = answer.currentVersion;
          order = applyPlaces(answer.currentOrder, places);
        }
        this.#places.splice(0, count);
        this.#taken = { order, version };
        const positions = order.map((_, index) => index);
        applyChange({ type: 'reorder', order, positions, mediaVersion: version });
      }
    } catch (error) {
      for (const { id } of this.#places.splice(0)) this.#forget('moved', id);
      throw failureOf(error);
    }
  }

  #take(media: AnsweredMedia): void {
    const { mediaVersion } = media.vehicle;
    this.#options.applyChange({ type: 'upsert', media, mediaVersion });
  }

  /** The newest order that is known, of the element or of the server's last answer. */
  #order(): readonly string[] {
    const ids = this.#options.media().map(({ id }) => id);
    if (this.#taken && this.#options.mediaVersion() >= this.#taken.version) this.#taken = null;
    if (!this.#taken) return ids;
    const { order } = this.#taken;
    return [...order, ...ids.filter((id) => !order.includes(id))];
  }

  /** Lets go of what the element shows by itself now. */
  #reconcile(known: ReadonlyMap<string, MediaItem>): void {
    for (const id of this.#hidden) {
      if (!known.has(id) && !this.#removals.has(id)) this.#hidden.delete(id);
    }
    for (const [id, { savedAt }] of this.#alts) {
      const media = known.get(id);
      if (!media || (savedAt !== null && media.updatedAt >= savedAt)) this.#alts.delete(id);
    }
  }

  #forget(kind: Done['kind'], id: string): void {
    const index = this.#history.findLastIndex((done) => done.kind === kind && done.id === id);
    if (index !== -1) this.#history.splice(index, 1);
  }
}
