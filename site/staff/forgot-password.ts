import { html, type TemplateResult } from 'lit';
import { REQUEST_PASSWORD_RESET, type RequestPasswordResetData } from './account-documents.ts';
import { askApi } from './api.ts';
import { LightElement } from './light-element.ts';
import { MutationForm } from './mutation-form.ts';

/** Asks for a mail with a link to a new password. Whether somebody has the address is not told. */
export class StaffForgotPassword extends LightElement {
  readonly #form = new MutationForm(this, 'forgotten', { email: '' });
  #isSent = false;

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    this.#isSent = await this.#form.send(event, async () => {
      const input = { email: this.#form.values.email };
      const { requestPasswordReset } = await askApi<RequestPasswordResetData>(
        REQUEST_PASSWORD_RESET,
        { input },
        { token: null },
      );
      return requestPasswordReset.userErrors;
    });
    this.requestUpdate();
  };

  override render(): TemplateResult {
    const form = this.#form;
    return html`<div role="status">
        ${
          this.#isSent
            ? html`<p class="good-news">
                If somebody has an account with this address, a mail with a link is on its way. The
                link is good for an hour.
              </p>`
            : ''
        }
      </div>
      <form class="card-form" @submit=${this.#onSubmit}>
        ${form.alert()}
        ${form.field('email', {
          label: 'E-mail',
          kind: 'email',
          autocomplete: 'username',
          required: true,
        })}
        ${form.submit('Send the link')}
      </form>
      <p class="card-links"><a href="/staff">Back to the log-in</a></p>`;
  }
}
