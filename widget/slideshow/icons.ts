import { html, type TemplateResult } from 'lit';

/** A line drawing on a 24 by 24 grid. */
export const icon = (path: string): TemplateResult =>
  html`<svg part="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

/** Points forward from right to left; mirrored where needed. */
export const chevron = icon('M15 5l-7 7 7 7');
export const expandIcon = icon('M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7');
