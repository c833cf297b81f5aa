import { html } from './html.ts';
import type { PageContent } from './page.ts';

/** A page that says why there is nothing else to show, and where to go. */
export function messagePage(title: string, text: string): PageContent {
  return {
    title: `${title} | Forecourt`,
    noIndex: true,
    main: html`<div class="empty">
      <h1>${title}</h1>
      <p>${text}</p>
      <a class="button button-primary" href="/">Go to the showroom</a>
    </div>`,
  };
}
