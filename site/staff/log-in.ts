import { html, nothing } from 'lit';
import { ApiFailure, askApi } from './api.ts';
import { LOG_IN, type LogInData } from './documents.ts';
import { formField } from './form-field.ts';
import { LightElement } from './light-element.ts';
import type { StaffContext } from './staff-context.ts';
import { failureText } from './staff-context.ts';

const ERROR_TEXTS: Readonly<Record<string, string>> = {
  INVALID_CREDENTIALS: 'E-mail or password is wrong.',
  RATE_LIMITED: 'Too many tries. Wait a few minutes, then try again.',
};

export interface DemoAccount {
  email: string;
  password: string;
}

/** The log-in form; starts the session of its context. */
export class StaffLogIn extends LightElement {
  static override properties = {
    context: { attribute: false },
    demoAccount: { attribute: false },
  };

  declare context: StaffContext;
  declare demoAccount: DemoAccount | null;

  #email = '';
  #password = '';
  #error = '';
  #isBusy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#email = this.demoAccount?.email ?? '';
    this.#password = this.demoAccount?.password ?? '';
  }

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#error = '';
    this.requestUpdate();
    this.#error = await this.#logIn();
    this.#isBusy = false;
    this.requestUpdate();
    if (this.#error === '') return;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#password')?.focus();
  };

  /** Resolves to what went wrong, in words; empty when the session has started. */
  async #logIn(): Promise<string> {
    try {
      const input = { email: this.#email.trim(), password: this.#password };
      const { logIn } = await askApi<LogInData>(LOG_IN, { input }, { token: null });
      const userError = logIn.userErrors[0];
      if (userError) return ERROR_TEXTS[userError.code] ?? userError.message;
      if (logIn.session === null) return failureText(null);
      this.context.session.start(logIn.session);
      return '';
    } catch (error) {
      const isLimited = error instanceof ApiFailure && error.code === 'RATE_LIMITED';
      return isLimited ? ERROR_TEXTS['RATE_LIMITED']! : failureText(error);
    }
  }

  override render() {
    const { demoAccount } = this;
    return html`<form class="card-form" @submit=${this.#onSubmit}>
      ${
        demoAccount === null
          ? nothing
          : html`<p class="demo-account">
              This is a demo. Its account is filled in:<br /><strong>${demoAccount.email}</strong>,
              password <strong>${demoAccount.password}</strong>
            </p>`
      }
      <div role="alert">${this.#error ? html`<p class="alert">${this.#error}</p>` : nothing}</div>
      ${formField({
        name: 'email',
        label: 'E-mail',
        kind: 'email',
        autocomplete: 'username',
        required: true,
        value: this.#email,
        onInput: (value) => (this.#email = value),
      })}
      ${formField({
        name: 'password',
        label: 'Password',
        kind: 'password',
        autocomplete: 'current-password',
        required: true,
        value: this.#password,
        onInput: (value) => (this.#password = value),
      })}
      <button
        class="button button-primary"
        type="submit"
        aria-disabled=${this.#isBusy ? 'true' : nothing}
      >
        ${this.#isBusy ? 'Logging in…' : 'Log in'}
      </button>
    </form>`;
  }
}
