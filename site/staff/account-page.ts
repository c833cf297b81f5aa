import { html, nothing, type TemplateResult } from 'lit';
import {
  CHANGE_PASSWORD,
  LOG_OUT,
  type ChangePasswordData,
  type LogOutData,
} from './account-documents.ts';
import { askApi } from './api.ts';
import { confirmAction } from './confirm-action.ts';
import { LOG_IN, type LogInData, type Membership, type Viewer } from './documents.ts';
import { PASSWORD_HINT } from './form-field.ts';
import { LightElement } from './light-element.ts';
import { REMOVE_MEMBER, type RemoveMemberData } from './member-documents.ts';
import { MutationForm } from './mutation-form.ts';
import { ROLE_HINTS, ROLE_WORDS } from './role-words.ts';
import { failureText, type StaffContext } from './staff-context.ts';

/** What concerns the person alone: who they are here, their password and their sessions. */
export class StaffAccount extends LightElement {
  static override properties = { context: { attribute: false }, viewer: { attribute: false } };

  declare context: StaffContext;
  declare viewer: Viewer | null;

  readonly #password = new MutationForm(this, 'change', { currentPassword: '', newPassword: '' });
  readonly #other = new MutationForm(this, 'switch', { dealershipId: '', password: '' });

  #onPassword = async (event: SubmitEvent): Promise<void> => {
    let ended = 0;
    const isDone = await this.#password.send(event, async () => {
      const input = this.#password.values;
      const { changePassword } = await this.context.ask<ChangePasswordData>(CHANGE_PASSWORD, {
        input,
      });
      ended = changePassword.endedSessions;
      return changePassword.userErrors;
    });
    if (!isDone) return;
    this.context.notify(
      ended === 0
        ? 'Your password is changed.'
        : 'Your password is changed. Everywhere else you are logged out.',
    );
  };

  #onSwitch = async (event: SubmitEvent, { user }: Viewer, others: Membership[]): Promise<void> => {
    await this.#other.send(event, async () => {
      const { password, dealershipId } = this.#other.values;
      const input = {
        email: user.email,
        password,
        dealershipId: dealershipId || others[0]?.dealership.id,
      };
      const { logIn } = await askApi<LogInData>(LOG_IN, { input }, { token: null });
      if (logIn.session !== null) {
        this.context.session.start(logIn.session);
        await this.context.router.go('/staff');
      }
      return logIn.userErrors;
    });
  };

  #onLogOutEverywhere = async (): Promise<void> => {
    const isSure = await confirmAction({
      title: 'Log out everywhere?',
      text: 'All of your sessions end at once, on every device and in every dealership. This one too.',
      confirmLabel: 'Log out everywhere',
    });
    if (!isSure) return;
    try {
      await this.context.ask<LogOutData>(LOG_OUT, { input: { everywhere: true } });
      this.context.session.end();
    } catch (error) {
      this.context.notify(failureText(error));
    }
  };

  async #leave({ user, dealership }: Viewer): Promise<void> {
    const isSure = await confirmAction({
      title: `Leave ${dealership.name}?`,
      text: 'You cannot come back unless somebody invites you. What you have uploaded stays.',
      confirmLabel: 'Leave',
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      const input = { userId: user.id };
      const { removeMember } = await this.context.ask<RemoveMemberData>(REMOVE_MEMBER, { input });
      const [mistake] = removeMember.userErrors;
      if (mistake) this.context.notify(mistake.message);
      else this.context.session.end();
    } catch (error) {
      this.context.notify(failureText(error));
    }
  }

  #person({ user, role, dealership }: Viewer): TemplateResult {
    return html`<section class="panel" aria-labelledby="person-title">
      <h2 id="person-title">${user.name}</h2>
      <dl class="facts">
        <div>
          <dt>E-mail</dt>
          <dd><bdi>${user.email}</bdi></dd>
        </div>
        <div>
          <dt>Dealership</dt>
          <dd>${dealership.name}</dd>
        </div>
        <div>
          <dt>Role</dt>
          <dd>${ROLE_WORDS[role]} <span class="hint">${ROLE_HINTS[role]}</span></dd>
        </div>
      </dl>
    </section>`;
  }

  #others(viewer: Viewer): TemplateResult | typeof nothing {
    const others = viewer.memberships.filter(
      ({ dealership }) => dealership.id !== viewer.dealership.id,
    );
    if (others.length === 0) return nothing;
    const form = this.#other;
    return html`<section class="panel" aria-labelledby="others-title">
      <h2 id="others-title">Your other dealerships</h2>
      <form
        class="panel-form"
        @submit=${(event: SubmitEvent) => this.#onSwitch(event, viewer, others)}
      >
        ${form.alert()}
        ${form.field('dealershipId', {
          label: 'Go on at',
          options: others.map(({ dealership, role }) => ({
            value: dealership.id,
            label: `${dealership.name} (${ROLE_WORDS[role]})`,
          })),
        })}
        ${form.field('password', {
          label: 'Password',
          kind: 'password',
          autocomplete: 'current-password',
          required: true,
        })}
        ${form.submit('Go there')}
      </form>
    </section>`;
  }

  #passwordPanel(): TemplateResult {
    const form = this.#password;
    return html`<section class="panel" aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <form class="panel-form" @submit=${this.#onPassword}>
        ${form.alert()}
        ${form.field('currentPassword', {
          label: 'Present password',
          kind: 'password',
          autocomplete: 'current-password',
          required: true,
        })}
        ${form.field('newPassword', {
          label: 'New password',
          kind: 'password',
          autocomplete: 'new-password',
          hint: PASSWORD_HINT,
          required: true,
        })}
        ${form.submit('Change the password')}
      </form>
    </section>`;
  }

  override render(): TemplateResult {
    const { viewer } = this;
    return html`<div class="narrow-page">
      <h1 tabindex="-1">Your account</h1>
      ${
        viewer === null
          ? html`<p class="hint" role="status">Loading…</p>`
          : html`${this.#person(viewer)} ${this.#others(viewer)} ${this.#passwordPanel()}
              <section class="panel" aria-labelledby="sessions-title">
                <h2 id="sessions-title">Sessions</h2>
                <p class="hint">
                  Lost a phone, or logged in on somebody else’s computer? End all of your sessions.
                </p>
                <div class="panel-actions">
                  <button class="button" type="button" @click=${this.#onLogOutEverywhere}>
                    Log out everywhere
                  </button>
                  <button
                    class="text-button text-button-danger"
                    type="button"
                    @click=${() => this.#leave(viewer)}
                  >
                    Leave ${viewer.dealership.name}
                  </button>
                </div>
              </section>`
      }
    </div>`;
  }
}
