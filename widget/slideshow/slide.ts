import { html, nothing, type TemplateResult } from 'lit';
import type { ImageFormat, MediaItem } from '../api/media-item.ts';
import { format } from '../strings/format.ts';
import type { Texts } from '../strings/strings.ts';

/** What drawing a photo needs of the element. */
export interface PhotoContext {
  readonly texts: Texts;
  readonly locale: string;
  readonly vehicleTitle: string | null;
}

export function photoText(media: MediaItem, index: number, context: PhotoContext): string {
  if (media.alt) return media.alt;
  const { texts, vehicleTitle: title, locale } = context;
  const kind = media.kind === 'VIDEO' ? 'video' : 'photo';
  const text = texts[title ? kind : (`${kind}Untitled` as const)];
  return format(text, { title: title ?? '', current: index + 1 }, locale);
}

/** `sizes`: CSS width the photo is drawn at, such as `640px`. */
export function picture(
  media: MediaItem,
  options: {
    readonly alt: string;
    readonly sizes: string;
    readonly urgent?: boolean;
    readonly lazy?: boolean;
    readonly part?: string;
    readonly onload?: (event: Event) => void;
    readonly onerror?: (event: Event) => void;
  },
): TemplateResult {
  const jpeg = srcset(media, 'JPEG');
  const fallback =
    media.renditions.findLast(({ format }) => format === 'JPEG') ?? media.renditions[0];
  return html`<picture
    >${(['AVIF', 'WEBP'] as const).map((format) => {
      const set = srcset(media, format);
      return set && set.length >= jpeg.length
        ? html`<source
            type="image/${format.toLowerCase()}"
            srcset=${set.join()}
            sizes=${options.sizes}
          />`
        : nothing;
    })}<img
      part=${options.part ?? 'image'}
      alt=${options.alt}
      width=${media.width ?? nothing}
      height=${media.height ?? nothing}
      sizes=${options.sizes}
      srcset=${jpeg.join() || nothing}
      src=${fallback?.url ?? nothing}
      decoding="async"
      draggable="false"
      fetchpriority=${options.urgent ? 'high' : nothing}
      loading=${options.lazy ? 'lazy' : nothing}
      @load=${options.onload ?? nothing}
      @error=${options.onerror ?? nothing}
  /></picture>`;
}

function srcset(media: MediaItem, wanted: ImageFormat): string[] {
  return media.renditions
    .filter(({ format }) => format === wanted)
    .map(({ url, width }) => `${url} ${width}w`);
}
