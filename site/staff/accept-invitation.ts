import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ACCEPT_INVITATION, type AcceptInvitationData } from './account-documents.ts';
import { PASSWORD_HINT } from './form-field.ts';
import type { Viewer } from './documents.ts';
import { LightElement } from './light-element.ts';
import { MutationForm } from './mutation-form.ts';
import type { StaffContext } from './staff-context.ts';

/** Where the link of an invitation leads: joins, with a new account or with the one there is. */
export class StaffAcceptInvitation extends LightElement {
  static override properties = {
    context: { attribute: false },
    linkToken: { attribute: false },
    viewer: { attribute: false },
  };

  declare context: StaffContext;
  /** Of the link; null when the page was opened without. */
  declare linkToken: string | null;
  /** Who is logged in. */
  declare viewer: Viewer | null;

  readonly #form = new MutationForm(this, 'join', { name: '', password: '' });
  #chosen: 'new' | 'existing' | null = null;

  /** Whoever is logged in has an account. */
  get #account(): 'new' | 'existing' {
    return this.#chosen ?? (this.viewer === null ? 'new' : 'existing');
  }

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    const { context, linkToken: token } = this;
    await this.#form.send(event, async () => {
      const { name, password } = this.#form.values;
      const input = { token, password, ...(this.#account === 'new' && { name }) };
      const { acceptInvitation } = await context.ask<AcceptInvitationData>(ACCEPT_INVITATION, {
        input,
      });
      const { session, userErrors } = acceptInvitation;
      // The server knows who has an account.
      if (userErrors.some(({ code }) => code === 'INVALID_CREDENTIALS')) this.#chosen = 'existing';
      else if (userErrors.some(({ field }) => field?.[1] === 'name')) this.#chosen = 'new';
      if (session !== null) {
        context.session.start(session);
        await context.router.go('/staff');
        context.notify('Welcome. You are in.');
      }
      return userErrors;
    });
  };

  #choice(value: 'new' | 'existing', label: string): TemplateResult {
    const onChange = (): void => {
      this.#chosen = value;
      this.requestUpdate();
    };
    return html`<label class="check"
      ><input
        type="radio"
        name="account"
        value=${value}
        .checked=${live(this.#account === value)}
        @change=${onChange}
      />${label}</label
    >`;
  }

  override render(): TemplateResult {
    if (this.linkToken === null) {
      return html`<p>
          Open the link in the mail once more: this page needs all of it. It is good for 7 days, and
          once.
        </p>
        <a class="button" href="/staff">Go to the log-in</a>`;
    }
    const form = this.#form;
    const isNew = this.#account === 'new';
    const { viewer } = this;
    return html`<form class="card-form" @submit=${this.#onSubmit}>
      ${form.alert()}
      <fieldset class="checks">
        <legend class="visually-hidden">Your account</legend>
        ${this.#choice('new', 'I am new here')} ${this.#choice('existing', 'I have an account')}
      </fieldset>
      ${
        isNew
          ? form.field('name', {
              label: 'Your name',
              autocomplete: 'name',
              maxLength: 100,
              required: true,
            })
          : nothing
      }
      ${form.field('password', {
        label: isNew ? 'Choose a password' : 'Password of your account',
        kind: 'password',
        autocomplete: isNew ? 'new-password' : 'current-password',
        hint: isNew
          ? PASSWORD_HINT
          : viewer?.user &&
            `Not needed if the mail came to ${viewer.user.email}: you are logged in.`,
        required: isNew || viewer === null,
      })}
      ${form.submit('Join')}
    </form>`;
  }
}
