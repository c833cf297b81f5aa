import type { HeroMedia } from './documents.ts';
import { attributes, html, type SafeHtml } from './html.ts';
import { placeholderUrl } from './placeholder.ts';

export interface PictureOptions {
  /** Said when the picture has no text of its own. */
  alt: string;
  /** The `sizes` of the `<img>`. */
  sizes: string;
  /** Loaded at once and first, not when it scrolls near. */
  eager?: boolean;
}

/** An `<img>` that reserves its box and names every width. `null` without a picture to show. */
export function picture(media: HeroMedia | null, options: PictureOptions): SafeHtml | null {
  if (!media?.preview) return null;
  const { url, width, height } = media.preview;
  return html`<img${attributes({
    src: url,
    srcset: media.srcset || null,
    sizes: media.srcset ? options.sizes : null,
    width,
    height,
    alt: media.alt || options.alt,
    loading: options.eager ? null : 'lazy',
    fetchpriority: options.eager ? 'high' : null,
    decoding: 'async',
  })}>`;
}

/** The same in a box that shows the blurred picture, or a plate that says there is none. */
export function framedPicture(media: HeroMedia | null, options: PictureOptions): SafeHtml {
  const image = picture(media, options);
  if (image === null) {
    return html`<div class="frame frame-empty"><span>Photos to follow</span></div>`;
  }
  const blurred = placeholderUrl(media?.placeholder ?? null);
  return html`<div class="frame">
    ${blurred && html`<img class="blurred" src="${blurred}" alt="" />`}${image}
  </div>`;
}
