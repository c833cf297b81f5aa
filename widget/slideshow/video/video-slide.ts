import { html, nothing, type TemplateResult } from 'lit';
import type { ImageRendition, MediaItem } from '../../api/media-item.ts';
import { withLateTexts } from '../../strings/late-texts.ts';
import { type PhotoContext, picture } from '../slide.ts';

export { videoStyles as styles } from './video.styles.ts';

/** As wide as most players are. */
const posterWidth = 1280;
/** What the player does with the arrows while it has the focus, the carousel leaves alone. */
const playerKeys = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];

export interface VideoContext extends PhotoContext {
  requestUpdate(): void;
}

/** Addresses that this browser could not play, until somebody asks it to try again. */
const unplayable = new Set<string>();

/**
 * A native player; where the browser cannot play, the poster, and why there is
 * no more. `onready` hears when there is something to see.
 */
export function renderVideo(
  media: MediaItem,
  name: string,
  context: VideoContext,
  onready: () => void = () => {},
): TemplateResult {
  const key = media.sources?.[0]?.url ?? '';
  if (unplayable.has(key)) return renderUnplayable(media, name, context, key);
  const onerror = (): void => {
    unplayable.add(key);
    context.requestUpdate();
    onready();
  };
  const poster = posterOf(media);
  const sources = media.sources ?? [];
  return html`<video
    part="video"
    aria-label=${name}
    controls
    playsinline
    preload="metadata"
    width=${media.width ?? nothing}
    height=${media.height ?? nothing}
    poster=${poster?.url ?? nothing}
    @loadstart=${() => void seen(poster).then(onready)}
    @error=${onerror}
    @play=${pauseWithPage}
    @click=${keep}
    @pointerdown=${keep}
    @keydown=${(event: KeyboardEvent) => {
      if (playerKeys.includes(event.key)) keep(event);
    }}
  >
    ${sources.map(
      ({ url, contentType, codecs }, index) =>
        html`<source
          src=${url}
          type=${codecs ? `${contentType}; codecs="${codecs}"` : contentType}
          @error=${index === sources.length - 1 ? onerror : nothing}
        />`,
    )}
  </video>`;
}

function renderUnplayable(
  media: MediaItem,
  name: string,
  context: VideoContext,
  key: string,
): TemplateResult {
  const texts = withLateTexts(context.texts);
  const retry = (event: Event): void => {
    keep(event);
    unplayable.delete(key);
    context.requestUpdate();
  };
  return html`${media.renditions.length > 0 ? picture(media, { alt: name, sizes: '100vw' }) : nothing}
    <div class="unplayable" part="video-error">
      <p>${texts.videoFailed}</p>
      <button class="action" part="button retry-button" @click=${retry}>${texts.retry}</button>
    </div>`;
}

/** Stops what nobody sees: the videos on other slides than the current one. */
export function pauseOthers(root: ParentNode): void {
  for (const video of root.querySelectorAll<HTMLVideoElement>('.slide[inert] video')) video.pause();
}

export function isPlaying(root: ParentNode): boolean {
  const video = root.querySelector<HTMLVideoElement>('.slide:not([inert]) video');
  return video !== null && !video.paused && !video.ended;
}

function posterOf({ renditions }: MediaItem): ImageRendition | undefined {
  const jpegs = renditions.filter(({ format }) => format === 'JPEG');
  return jpegs.findLast(({ width }) => width <= posterWidth) ?? jpegs[0];
}

/** Resolves when the poster can be drawn; at once where there is none. */
async function seen(poster: ImageRendition | undefined): Promise<void> {
  if (!poster) return;
  const image = new Image();
  image.src = poster.url;
  await image.decode().catch(() => {});
}

/** A hidden page plays nothing. A video that leaves the page pauses by itself. */
function pauseWithPage({ target }: Event): void {
  const video = target as HTMLVideoElement;
  const pause = (): void => {
    if (document.hidden) video.pause();
  };
  document.addEventListener('visibilitychange', pause);
  video.addEventListener('pause', () => document.removeEventListener('visibilitychange', pause), {
    once: true,
  });
}

/** The player's own, neither a swipe nor a wish for the large view. */
function keep(event: Event): void {
  event.stopPropagation();
}
