import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface FormField {
  /** Also the id of the control. */
  name: string;
  label: string;
  value: string;
  error?: string;
  hint?: string | null;
  kind?: 'text' | 'email' | 'password' | 'number' | 'decimal' | 'code' | 'textarea';
  /** Makes it a select. */
  options?: readonly { value: string; label: string }[];
  width?: 'narrow' | 'wide';
  autocomplete?: 'username' | 'current-password' | 'new-password' | 'name' | 'organization' | 'off';
  maxLength?: number;
  required?: boolean;
  onInput: (value: string) => void;
}

/** Of a field in which a password is chosen. */
export const PASSWORD_HINT = '8 characters or more, and nothing that is easily guessed.';

const INPUT_MODES = { number: 'numeric', decimal: 'decimal' } as const;

function control(field: FormField): TemplateResult {
  const { name, value, error, hint, kind = 'text' } = field;
  const describedBy = [error && `${name}-error`, hint && `${name}-hint`].filter(Boolean).join(' ');
  const onInput = (event: Event) =>
    field.onInput((event.target as HTMLInputElement | HTMLSelectElement).value);
  if (field.options !== undefined) {
    return html`<select
      id=${name}
      name=${name}
      aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy || nothing}
      @change=${onInput}
    >
      ${field.options.map(
        (option) =>
          html`<option value=${option.value} .selected=${live(option.value === value)}>
            ${option.label}
          </option>`,
      )}
    </select>`;
  }
  if (kind === 'textarea') {
    return html`<textarea
      id=${name}
      name=${name}
      rows="6"
      maxlength=${field.maxLength ?? nothing}
      aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy || nothing}
      .value=${live(value)}
      @input=${onInput}
    ></textarea>`;
  }
  const isCode = kind === 'code';
  return html`<input
    id=${name}
    name=${name}
    class=${isCode ? 'code-input' : nothing}
    type=${kind === 'email' || kind === 'password' ? kind : 'text'}
    inputmode=${kind === 'number' || kind === 'decimal' ? INPUT_MODES[kind] : nothing}
    autocomplete=${field.autocomplete ?? 'off'}
    autocapitalize=${isCode ? 'characters' : kind === 'email' ? 'none' : nothing}
    dir=${isCode || kind === 'email' ? 'ltr' : nothing}
    spellcheck=${isCode || kind === 'email' ? 'false' : nothing}
    maxlength=${field.maxLength ?? nothing}
    ?required=${field.required}
    aria-invalid=${error ? 'true' : nothing}
    aria-describedby=${describedBy || nothing}
    .value=${live(value)}
    @input=${onInput}
  />`;
}

/** A label, its control, what helps to fill it in and what is wrong with it. */
export function formField(field: FormField): TemplateResult {
  const { name, label, error, hint, width } = field;
  return html`<div class="field ${width ?? ''}">
    <label for=${name}>${label}</label>
    ${control(field)}
    ${error ? html`<p class="field-error" id="${name}-error">${error}</p>` : nothing}
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
  </div>`;
}
