import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MediaItem } from '../api/media-item.ts';
import { icon } from './icons.ts';
import { type PhotoContext, photoText, picture } from './slide.ts';
import { tint } from './tint.ts';

export { thumbnailsStyles as styles } from './thumbnails.styles.ts';

const playIcon = icon('M8 5v14l11-7z');

type Choose = (index: number) => void;

export function renderThumbnails(
  kind: string | null,
  ...args: Parameters<typeof renderStrip>
): TemplateResult {
  return kind === 'dots' ? renderDots(...args) : renderStrip(...args);
}

/** Small pictures to choose from; one stop for the keyboard, arrows move on. */
function renderStrip(
  items: readonly MediaItem[],
  current: number,
  context: PhotoContext,
  choose: Choose,
): TemplateResult {
  return html`<div
    class="strip"
    part="thumbnails"
    role="group"
    aria-label=${context.texts.thumbnails}
  >
    ${repeat(
      items,
      ({ id }) => id,
      (media, index) =>
        html`<button
          class="thumbnail"
          part="thumbnail ${index === current ? 'thumbnail-current' : ''}"
          aria-label=${photoText(media, index, context)}
          aria-current=${index === current || nothing}
          tabindex=${index === current ? 0 : -1}
          ${tint(media.placeholder)}
          @click=${() => choose(index)}
        >
          ${
            media.kind === 'IMAGE' || media.renditions.length > 0
              ? picture(media, {
                  alt: '',
                  sizes: '84px',
                  lazy: true,
                  part: 'thumbnail-image',
                  onerror: hide,
                })
              : nothing
          }
          ${media.kind === 'VIDEO' ? videoBadge(media) : nothing}
        </button>`,
    )}
  </div>`;
}

/** Says that it plays, and how long: `1:05`. */
function videoBadge({ durationMs }: MediaItem): TemplateResult {
  const seconds = Math.round((durationMs ?? 0) / 1000);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return html`<span class="badge" part="thumbnail-badge" aria-hidden="true"
    >${playIcon}${durationMs ? text : nothing}</span
  >`;
}

/** A browser's sign of a broken picture is no help at this size. */
function hide(event: Event): void {
  (event.target as HTMLElement).style.setProperty('visibility', 'hidden');
}

const most = 7;

/** A dot for each photo, at most seven around the current one: each is as large as a fingertip. */
function renderDots(
  items: readonly MediaItem[],
  current: number,
  context: PhotoContext,
  choose: Choose,
): TemplateResult {
  const first = Math.max(0, Math.min(current - (most >> 1), items.length - most));
  return html`<div
    class="dots"
    part="thumbnails"
    role="group"
    aria-label=${context.texts.thumbnails}
  >
    ${items
      .slice(first, first + most)
      .map(
        (media, offset) =>
          html`<button
            class="dot"
            part="thumbnail ${first + offset === current ? 'thumbnail-current' : ''}"
            aria-label=${photoText(media, first + offset, context)}
            aria-current=${first + offset === current || nothing}
            tabindex=${first + offset === current ? 0 : -1}
            @click=${() => choose(first + offset)}
          ></button>`,
      )}
  </div>`;
}

const centred = new WeakMap<Element, Element>();

/** Brings the current thumbnail to the middle of its strip, when it is another than before. */
export function showCurrent(root: ParentNode): void {
  const thumbnail = root.querySelector<HTMLElement>('.strip [aria-current]');
  const strip = thumbnail?.parentElement;
  if (!thumbnail || !strip || centred.get(strip) === thumbnail) return;
  const still = !centred.has(strip) || matchMedia('(prefers-reduced-motion: reduce)').matches;
  centred.set(strip, thumbnail);
  strip.scrollTo({
    left: thumbnail.offsetLeft - (strip.clientWidth - thumbnail.offsetWidth) / 2,
    behavior: still ? 'instant' : 'smooth',
  });
}
