import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { MediaItem } from '../api/media-item.ts';
import { format } from '../strings/format.ts';
import { photoText, picture } from './slide.ts';
import { tint } from './tint.ts';
import { renderVideo, type VideoContext } from './video/video-slide.ts';

export { galleryStyles as styles } from './gallery.styles.ts';

/** Every photo at once; `enlarge` is null where the large view is off. */
export function renderGallery(
  items: readonly MediaItem[],
  context: VideoContext,
  enlarge: ((id: string) => void) | null,
): TemplateResult {
  return html`<ul class="grid" part="gallery" role="list">
    ${repeat(
      items,
      ({ id }) => id,
      (media, index) => {
        const alt = photoText(media, index, context);
        if (media.kind === 'VIDEO') {
          return html`<li class=${index === 0 ? 'wide' : ''}>
            <div class="tile" part="slide tile">${renderVideo(media, alt, context)}</div>
            ${caption(media)}
          </li>`;
        }
        const photo = picture(media, {
          alt,
          sizes: index === 0 ? '(max-width: 720px) 100vw, 640px' : '320px',
          urgent: index === 0,
          lazy: index > 5,
        });
        return html`<li class=${index === 0 ? 'wide' : ''}>
          ${
            enlarge
              ? html`<button
                  class="tile"
                  part="slide tile"
                  aria-label=${format(context.texts.enlarge, { name: alt })}
                  ${tint(media.placeholder)}
                  @click=${() => enlarge(media.id)}
                >
                  ${photo}
                </button>`
              : html`<div class="tile" part="slide tile" ${tint(media.placeholder)}>${photo}</div>`
          }
          ${caption(media)}
        </li>`;
      },
    )}
  </ul>`;
}

function caption({ caption }: MediaItem): unknown {
  return caption ? html`<p class="tile-caption" part="caption"><bdi>${caption}</bdi></p>` : nothing;
}
