import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError, ApiErrorCode } from '../api/api-error.ts';
import { withLateTexts } from '../strings/late-texts.ts';
import type { LateStrings, Texts } from '../strings/strings.ts';
import { icon } from './icons.ts';
import type { PhotoContext } from './slide.ts';

export { noticesStyles as styles } from './notices.styles.ts';

const retryIcon = icon('M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6');
const brokenIcon = icon('M4 5h16v14H4zM4 16l4.5-4.5 4 4M14 13l2-2 4 4M3 3l18 18');

const advice: Readonly<Partial<Record<ApiErrorCode, keyof LateStrings>>> = {
  NETWORK: 'errorNetwork',
  UNAUTHENTICATED: 'errorAccess',
  FORBIDDEN: 'errorAccess',
  NOT_FOUND: 'errorNotFound',
  SETUP: 'errorSetup',
  BAD_MANIFEST: 'errorManifest',
  RATE_LIMITED: 'errorBusy',
};

const car = html`<svg class="art" part="message-art" viewBox="0 0 200 96" aria-hidden="true">
  <path
    d="M8 80h20m40 0h62m40 0h22M30 80H22a8 8 0 0 1-8-8v-9c0-6 4-10 10-11l26-5 22-19c5-4 10-6 16-6h36c8 0 14 3 19 8l17 18 18 4c7 2 12 7 12 14v6a8 8 0 0 1-8 8M58 47h96M104 22v25"
  />
  <circle cx="48" cy="80" r="14" />
  <circle cx="48" cy="80" r="5" />
  <circle cx="150" cy="80" r="14" />
  <circle cx="150" cy="80" r="5" />
</svg>`;

/** `overPhoto`: the page's own photo stays visible behind it. */
export function errorMessage(
  error: ApiError,
  texts: Texts,
  overPhoto: boolean,
  retry: () => void,
): TemplateResult {
  const strings = withLateTexts(texts);
  return html`<div class="message ${overPhoto ? 'over-photo' : ''}" part="error" role="alert">
    ${overPhoto ? nothing : car}
    <p class="title" part="message-title">${strings.errorTitle}</p>
    <p part="message-text">${strings[advice[error.code] ?? 'errorServer']}</p>
    <button class="action" part="button retry-button" @click=${retry}>
      ${retryIcon}${strings.retry}
    </button>
  </div>`;
}

/** In the place of a photo whose file did not load. */
export function brokenPhoto(context: PhotoContext, retry: () => void): TemplateResult {
  const texts = withLateTexts(context.texts);
  return html`<div class="broken" part="image-error">
    ${brokenIcon}
    <p part="message-text">${texts.photoFailed}</p>
    <button class="action" part="button retry-button" @click=${retry}>
      ${retryIcon}${texts.retry}
    </button>
  </div>`;
}

export function emptyMessage(texts: Texts): TemplateResult {
  const strings = withLateTexts(texts);
  return html`<div class="message" part="empty">
    ${car}
    <p class="title" part="message-title">${strings.emptyTitle}</p>
    <p part="message-text">${strings.emptyText}</p>
  </div>`;
}
