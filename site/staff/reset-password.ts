import { html, type TemplateResult } from 'lit';
import { RESET_PASSWORD, type ResetPasswordData } from './account-documents.ts';
import { askApi } from './api.ts';
import { PASSWORD_HINT } from './form-field.ts';
import { LightElement } from './light-element.ts';
import { MutationForm } from './mutation-form.ts';
import type { StaffContext } from './staff-context.ts';

/** Where the link of a mail leads: chooses a new password. */
export class StaffResetPassword extends LightElement {
  static override properties = { context: { attribute: false }, linkToken: { attribute: false } };

  declare context: StaffContext;
  /** Of the link; null when the page was opened without. */
  declare linkToken: string | null;

  readonly #form = new MutationForm(this, 'reset', { newPassword: '' });
  #isDone = false;

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    const isDone = await this.#form.send(event, async () => {
      const input = { token: this.linkToken, newPassword: this.#form.values.newPassword };
      const { resetPassword } = await askApi<ResetPasswordData>(
        RESET_PASSWORD,
        { input },
        { token: null },
      );
      return resetPassword.userErrors;
    });
    if (!isDone) return;
    this.#isDone = true;
    // Every session of the person has ended, one in this tab too.
    this.context.session.end();
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>('[tabindex]')?.focus();
  };

  override render(): TemplateResult {
    if (this.#isDone) {
      return html`<p class="good-news" tabindex="-1">
          Your new password is set. Wherever you were logged in, you are not any more.
        </p>
        <a class="button button-primary" href="/staff">Log in with it</a>`;
    }
    if (this.linkToken === null) {
      return html`<p>
          Open the link in the mail once more: this page needs all of it. It is good for an hour,
          and once.
        </p>
        <a class="button" href="/staff/forgot-password">Send me another link</a>`;
    }
    const form = this.#form;
    return html`<form class="card-form" @submit=${this.#onSubmit}>
        ${form.alert()}
        ${form.field('newPassword', {
          label: 'New password',
          kind: 'password',
          autocomplete: 'new-password',
          hint: PASSWORD_HINT,
          required: true,
        })}
        ${form.submit('Set the password')}
      </form>
      <p class="card-links"><a href="/staff/forgot-password">Send me another link</a></p>`;
  }
}
