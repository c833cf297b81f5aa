import { html, nothing, type TemplateResult } from 'lit';
import { formField, type FormField } from './form-field.ts';
import type { LightElement } from './light-element.ts';
import { failureText } from './staff-context.ts';

/** What the server says about an input. */
export interface Mistake {
  message: string;
  code: string;
  /** Path from the arguments, such as ["input", "email"]. */
  field: string[] | null;
}

/** The selection of every mutation that {@link MutationForm} sends. */
export const MISTAKES = 'userErrors { message code field }';

/**
 * What a form holds that sends one mutation: the texts, and what is wrong with
 * each of them. Its fields are those of the mutation's input.
 */
export class MutationForm<Name extends string> {
  readonly #host: LightElement;
  readonly #prefix: string;
  readonly #blank: Readonly<Record<Name, string>>;
  #values: Record<Name, string>;
  #errors: Readonly<Record<string, string>> = {};
  #problem = '';
  #isBusy = false;
  #idempotencyKey = crypto.randomUUID();

  /** @param prefix begins the ids of the fields, which are unique on the page. */
  constructor(host: LightElement, prefix: string, blank: Readonly<Record<Name, string>>) {
    this.#host = host;
    this.#prefix = prefix;
    this.#blank = blank;
    this.#values = { ...blank };
  }

  get values(): Readonly<Record<Name, string>> {
    return this.#values;
  }

  /** The same for every try until something is typed or the server has answered. */
  get idempotencyKey(): string {
    return this.#idempotencyKey;
  }

  set(name: Name, value: string): void {
    this.#values[name] = value;
    this.#idempotencyKey = crypto.randomUUID();
    this.#host.requestUpdate();
  }

  /** Empties the fields, and forgets what was wrong. */
  reset(): void {
    this.#values = { ...this.#blank };
    this.#errors = {};
    this.#problem = '';
  }

  /**
   * Sends what is filled in, unless that is under way. Mistakes go to their
   * fields, the rest above the form, and the focus to the first of them.
   *
   * @param work resolves to what the server finds wrong.
   * @returns whether nothing was.
   */
  async send(event: Event, work: () => Promise<readonly Mistake[]>): Promise<boolean> {
    event.preventDefault();
    if (this.#isBusy) return false;
    this.#isBusy = true;
    this.#errors = {};
    this.#problem = '';
    this.#host.requestUpdate();
    let isAccepted = false;
    try {
      const mistakes = await work();
      this.#idempotencyKey = crypto.randomUUID();
      this.#take(mistakes);
      isAccepted = mistakes.length === 0;
    } catch (error) {
      this.#problem = failureText(error);
    }
    this.#isBusy = false;
    if (isAccepted) this.reset();
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#host.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    return isAccepted;
  }

  #take(mistakes: readonly Mistake[]): void {
    const errors: Record<string, string> = {};
    for (const { field, message } of mistakes) {
      const name = field?.[1] ?? '';
      if (Object.hasOwn(this.#blank, name)) errors[name] ??= message;
      else this.#problem ||= message;
    }
    this.#errors = errors;
  }

  errorOf(name: Name): string | undefined {
    return this.#errors[name];
  }

  field(name: Name, options: Omit<FormField, 'name' | 'value' | 'error' | 'onInput'>) {
    return formField({
      ...options,
      name: `${this.#prefix}-${name}`,
      value: this.#values[name],
      error: this.errorOf(name),
      onInput: (value) => this.set(name, value),
    });
  }

  /** What is wrong with no field in particular. */
  alert(): TemplateResult {
    return html`<div role="alert">
      ${this.#problem ? html`<p class="alert">${this.#problem}</p>` : nothing}
    </div>`;
  }

  submit(label: string): TemplateResult {
    return html`<button
      class="button button-primary"
      type="submit"
      aria-disabled=${this.#isBusy ? 'true' : nothing}
    >
      ${label}
    </button>`;
  }
}
