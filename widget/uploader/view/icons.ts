import { html, type TemplateResult } from 'lit';

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

export const addIcon = icon('M4 16v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2M12 15V4M8 8l4-4 4 4');
export const cameraIcon = icon(
  'M4 8a2 2 0 0 1 2-2h2l1.5-2h5L16 6h2a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM12 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
);
export const pauseIcon = icon('M9 6v12M15 6v12');
export const resumeIcon = icon('M8 5v14l11-7z');
export const closeIcon = icon('M6 6l12 12M18 6L6 18');
export const retryIcon = icon('M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6');
export const doneIcon = icon('M5 12.5l4.5 4.5L19 7.5');
export const warnIcon = icon('M12 8v5M12 16.5v.01M12 3l9.5 17h-19z');
export const photoIcon = icon(
  'M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 16l5-5 5 5 2-2 4 4M15.5 9v.01',
);
export const removeIcon = icon('M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5');
export const gripIcon = icon('M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01');
/** Towards the start of the line: mirrored where the text runs right to left. */
export const earlierIcon = icon('M14.5 6l-6 6 6 6');
export const laterIcon = icon('M9.5 6l6 6-6 6');
export const firstIcon = icon('M18 6l-6 6 6 6M7 6v12');
export const lastIcon = icon('M6 6l6 6-6 6M17 6v12');
