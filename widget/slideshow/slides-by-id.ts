import { type ChildPart, noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';
import { insertPart, removePart, setChildPartValue } from 'lit/directive-helpers.js';
import type { MediaItem } from '../api/media-item.ts';

type Template = (media: MediaItem, index: number) => unknown;

/**
 * A list whose nodes stay with their media. The one of the media `kept` never
 * leaves its place in the page, whatever comes, goes or moves around it: what
 * has the focus in it keeps it, and a video plays on. Lit's `repeat` cannot
 * promise that, and every visitor would wait for its bytes.
 */
export const slidesById = directive(
  class extends Directive {
    #parts = new Map<string, ChildPart>();

    render(
      _items: readonly MediaItem[],
      _kept: string | undefined,
      _template: Template,
    ): typeof noChange {
      return noChange;
    }

    override update(
      container: ChildPart,
      [items, kept, template]: [readonly MediaItem[], string | undefined, Template],
    ): typeof noChange {
      const before = this.#parts;
      this.#parts = new Map();
      const ids = new Set(items.map(({ id }) => id));
      for (const [id, part] of before) if (!ids.has(id)) removePart(part);
      let next: ChildPart | undefined;
      // From the end: each is put before one that is in its place already.
      for (const [index, media] of [...items.entries()].toReversed()) {
        const known = before.get(media.id);
        next = known && media.id === kept ? known : insertPart(container, next, known);
        this.#parts.set(media.id, setChildPartValue(next, template(media, index)));
      }
      return noChange;
    }
  },
);
