import { html, svg, type TemplateResult } from 'lit';

const PATHS = {
  search: svg`<circle cx="9" cy="9" r="5.5"/><path d="m13.2 13.2 4.3 4.3"/>`,
  plus: svg`<path d="M10 4v12M4 10h12"/>`,
  external: svg`<path d="M8 4.5H4.5v11h11V12M11.5 4.5h4v4M15 5l-6.5 6.5"/>`,
  trash: svg`<path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6"/>`,
} as const;

/** A drawing beside words: never the only thing that says something. */
export function icon(name: keyof typeof PATHS): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${PATHS[name]}
  </svg>`;
}
