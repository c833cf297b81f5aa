import { html, type TemplateResult } from 'lit';
import { SIGN_UP, type SignUpData } from './account-documents.ts';
import { askApi } from './api.ts';
import { PASSWORD_HINT } from './form-field.ts';
import { LightElement } from './light-element.ts';
import { MutationForm } from './mutation-form.ts';
import type { StaffContext } from './staff-context.ts';

/** Makes a dealership with its owner, and starts the owner's session. */
export class StaffSignUp extends LightElement {
  static override properties = { context: { attribute: false }, isOpen: { attribute: false } };

  declare context: StaffContext;
  /** Whether this server lets anybody make a dealership. */
  declare isOpen: boolean;

  readonly #form = new MutationForm(this, 'sign-up', {
    dealershipName: '',
    name: '',
    email: '',
    password: '',
  });

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    const { context } = this;
    await this.#form.send(event, async () => {
      const input = { ...this.#form.values, idempotencyKey: this.#form.idempotencyKey };
      const { signUp } = await askApi<SignUpData>(SIGN_UP, { input }, { token: null });
      if (signUp.session !== null) {
        context.session.start(signUp.session);
        await context.router.go('/staff');
      }
      return signUp.userErrors;
    });
  };

  override render(): TemplateResult {
    if (!this.isOpen) {
      return html`<p>
          New dealerships cannot sign up on this server. If yours is here already, ask an owner or a
          manager of it for an invitation.
        </p>
        <p class="card-links"><a href="/staff">Log in</a></p>`;
    }
    const form = this.#form;
    return html`<form class="card-form" @submit=${this.#onSubmit}>
        ${form.alert()}
        ${form.field('dealershipName', {
          label: 'Name of the dealership',
          autocomplete: 'organization',
          maxLength: 100,
          required: true,
        })}
        ${form.field('name', {
          label: 'Your name',
          autocomplete: 'name',
          maxLength: 100,
          required: true,
        })}
        ${form.field('email', {
          label: 'E-mail',
          kind: 'email',
          autocomplete: 'username',
          maxLength: 254,
          required: true,
        })}
        ${form.field('password', {
          label: 'Password',
          kind: 'password',
          autocomplete: 'new-password',
          hint: PASSWORD_HINT,
          required: true,
        })}
        ${form.submit('Sign up')}
      </form>
      <p class="card-links">Have an account? <a href="/staff">Log in</a></p>`;
  }
}
