import { html, type TemplateResult } from 'lit';

/** The end of a name tells photos apart, so that what is too long is cut in the middle. */
const END_LETTERS = 10;

/** A file's name, whole for those who hear it; its direction is its own. */
export function fileName(name: string): TemplateResult {
  const letters = [...name];
  const end = letters.length > 2 * END_LETTERS ? letters.splice(-END_LETTERS).join('') : '';
  return html`<bdi class="name" title=${name}
    ><span class="sr">${name}</span
    ><span class="name-start" aria-hidden="true">${letters.join('')}</span
    ><span class="name-end" aria-hidden="true">${end}</span></bdi
  >`;
}
