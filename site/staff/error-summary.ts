import { html, nothing, type TemplateResult } from 'lit';
import { staffVehiclePath } from './route.ts';
import { DRAFT_FIELDS, type DraftErrors } from './vehicle-draft.ts';
import { fieldLabel } from './vehicle-fields.ts';

export interface FormProblems {
  fields: DraftErrors;
  /** What is about no single field. */
  form: readonly string[];
  /** The vehicle that has what was typed already. */
  existingId?: string;
}

function focusField(event: MouseEvent): void {
  event.preventDefault();
  const { hash } = event.currentTarget as HTMLAnchorElement;
  document.querySelector<HTMLElement>(hash)?.focus();
}

/** Everything that is wrong, with a way to each field. */
export function errorSummary({ fields, form, existingId }: FormProblems): TemplateResult | null {
  const names = DRAFT_FIELDS.filter((name) => name in fields);
  if (names.length === 0 && form.length === 0) return null;
  return html`<div class="alert" role="alert" tabindex="-1">
    ${form.map((text) => html`<p>${text}</p>`)}
    ${names.map(
      (name) =>
        html`<p>
          <a href="#${name}" @click=${focusField}>${fieldLabel(name)}</a>: ${fields[name]}
        </p>`,
    )}
    ${
      existingId === undefined
        ? nothing
        : html`<p><a href=${staffVehiclePath(existingId)}>Open that vehicle</a></p>`
    }
  </div>`;
}
