import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { MediaItem } from '../../api/media-item.ts';
import {
  earlierIcon,
  firstIcon,
  gripIcon,
  lastIcon,
  laterIcon,
  photoIcon,
  removeIcon,
  resumeIcon,
  retryIcon,
  warnIcon,
} from './icons.ts';
import type { Words } from './words.ts';

export interface CardState {
  /** From 0. */
  readonly index: number;
  readonly total: number;
  readonly grabbed: boolean;
  readonly dragged: boolean;
  readonly mark: 'before' | 'after' | null;
  /** What is typed and not saved yet; null while nobody does. */
  readonly draft: string | null;
  /** A sentence about what went wrong with it. */
  readonly problem: string | null;
  readonly disabled: boolean;
}

export interface CardActions {
  readonly onKey: (event: KeyboardEvent, media: MediaItem) => void;
  /** By keyboard: a pointer drags instead. */
  readonly onGrab: (media: MediaItem) => void;
  readonly onLeave: (media: MediaItem) => void;
  readonly onPointer: (event: PointerEvent, media: MediaItem) => void;
  /** `control` is what the focus stays on. */
  readonly onMove: (media: MediaItem, to: number, control: string) => void;
  readonly onRemove: (media: MediaItem) => void;
  readonly onRetry: (media: MediaItem) => void;
  readonly onType: (media: MediaItem, alt: string) => void;
  readonly onSave: (media: MediaItem) => void;
  readonly onForget: (media: MediaItem) => void;
}

/** One photo of the grid, with everything that can be done to it. */
export function mediaCard(
  media: MediaItem,
  card: CardState,
  words: Words,
  actions: CardActions,
): TemplateResult {
  const { index, total, disabled } = card;
  const current = index + 1;
  const failed = media.status === 'FAILED';
  const working = !failed && media.status !== 'READY';
  const isVideo = media.kind === 'VIDEO';
  const name = words.say(isVideo ? 'video' : 'photo', { current, total });
  return html`<li
    class="card ${card.grabbed ? 'grabbed' : ''} ${card.dragged ? 'dragged' : ''} ${
      card.mark ? `mark-${card.mark}` : ''
    }"
    part="card"
    data-id=${media.id}
    data-status=${media.status}
  >
    <div class="frame">
      <button
        class="photo"
        part="photo"
        data-control="photo"
        aria-label=${[name, working ? words.say('photoProcessing') : '', media.alt].filter(Boolean).join('. ')}
        aria-describedby="photo-help"
        aria-pressed=${card.grabbed ? 'true' : 'false'}
        ?disabled=${disabled}
        @click=${(event: MouseEvent) => event.detail === 0 && actions.onGrab(media)}
        @blur=${() => actions.onLeave(media)}
        @keydown=${(event: KeyboardEvent) => actions.onKey(event, media)}
        @pointerdown=${(event: PointerEvent) =>
          event.pointerType === 'mouse' && actions.onPointer(event, media)}
      >
        ${picture(media, words)}
      </button>
      ${
        index === 0
          ? html`<span class="badge" part="badge">${words.say('mainPhoto')}</span>`
          : html`<span class="badge number" aria-hidden="true"
              >${new Intl.NumberFormat(words.locale).format(current)}</span
            >`
      }
      ${isVideo ? html`<span class="film" aria-hidden="true">${resumeIcon}</span>` : nothing}
      <span
        class="grip"
        aria-hidden="true"
        @pointerdown=${(event: PointerEvent) => !disabled && actions.onPointer(event, media)}
        >${gripIcon}</span
      >
    </div>
    ${
      failed
        ? html`<div class="problem failure" part="item-error">
            <span dir="auto">${media.errors?.[0]?.message ?? words.say('photoFailed')}</span>
            ${
              media.errors?.[0]?.retryable === false
                ? nothing
                : html`<button
                    class="small"
                    part="button retry-button"
                    aria-label=${words.say('retryPhoto', { current })}
                    @click=${() => actions.onRetry(media)}
                  >
                    ${retryIcon}<span>${words.say('retry')}</span>
                  </button>`
            }
          </div>`
        : nothing
    }
    ${media.warnings?.map(
      ({ message }) => html`<p class="problem note" part="item-warning" dir="auto">${message}</p>`,
    )}
    <input
      class="alt"
      part="description"
      type="text"
      dir="auto"
      maxlength="1000"
      autocomplete="off"
      data-control="alt"
      aria-label=${words.say('describe', { current })}
      placeholder=${words.say('describeHint')}
      .value=${live(card.draft ?? media.alt ?? '')}
      ?disabled=${disabled}
      @input=${(event: InputEvent) =>
        actions.onType(media, (event.target as HTMLInputElement).value)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter' && !event.isComposing) actions.onSave(media);
        if (event.key === 'Escape') actions.onForget(media);
      }}
      @blur=${() => actions.onSave(media)}
    />
    ${card.problem ? html`<p class="problem" part="item-error" dir="auto">${card.problem}</p>` : nothing}
    <div class="tools">
      ${tool('first', firstIcon, words.say('moveFirst', { current }), index === 0, move(0))}
      ${tool('earlier', earlierIcon, words.say('moveEarlier', { current }), index === 0, move(index - 1))}
      ${tool('later', laterIcon, words.say('moveLater', { current }), index === total - 1, move(index + 1))}
      ${tool('last', lastIcon, words.say('moveLast', { current }), index === total - 1, move(total - 1))}
      ${tool('remove', removeIcon, words.say('removePhoto', { current }), false, () =>
        actions.onRemove(media),
      )}
    </div>
  </li>`;

  function move(to: number): (control: string) => void {
    return (control) => actions.onMove(media, to, control);
  }

  function tool(
    control: string,
    icon: TemplateResult,
    label: string,
    idle: boolean,
    act: (control: string) => void,
  ): TemplateResult {
    // Not `disabled`: the focus would be lost where the way ends.
    return html`<button
      class="icon ${control}"
      part="button ${control}-button"
      data-control=${control}
      aria-label=${label}
      title=${label}
      aria-disabled=${idle || disabled ? 'true' : 'false'}
      @click=${() => !idle && !disabled && act(control)}
    >
      ${icon}
    </button>`;
  }
}

function picture(media: MediaItem, words: Words): TemplateResult {
  const rendition = thumbnailOf(media);
  if (rendition) {
    return html`<img
      src=${rendition.url}
      width=${rendition.width}
      height=${rendition.height}
      alt=""
      loading="lazy"
      decoding="async"
      draggable="false"
    />`;
  }
  if (media.status === 'FAILED') return html`<span class="blank failed">${warnIcon}</span>`;
  if (media.status === 'READY') return html`<span class="blank">${photoIcon}</span>`;
  return html`<span class="blank working"
    >${photoIcon}<span aria-hidden="true">${words.say('photoProcessing')}</span></span
  >`;
}

/** Sharp enough for a card on a dense screen, and no larger. */
const ENOUGH_PX = 600;

function thumbnailOf({ renditions }: MediaItem): MediaItem['renditions'][number] | undefined {
  const webp = renditions.filter(({ format }) => format === 'WEBP');
  const sizes = [...(webp.length > 0 ? webp : renditions)].sort((a, b) => a.width - b.width);
  return sizes.find(({ width }) => width >= ENOUGH_PX) ?? sizes.at(-1);
}
