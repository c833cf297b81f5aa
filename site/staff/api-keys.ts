import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { confirmAction } from './confirm-action.ts';
import { copyText } from './copy-text.ts';
import { formField } from './form-field.ts';
import {
  CREATE_API_KEY,
  REVOKE_API_KEY,
  type ApiKey,
  type ApiScope,
  type CreateApiKeyData,
  type RevokeApiKeyData,
} from './key-documents.ts';
import { LightElement } from './light-element.ts';
import { failureText, type StaffContext } from './staff-context.ts';

const SCOPES: Readonly<Record<ApiScope, string>> = {
  VEHICLES_READ: 'Read vehicles, drafts too',
  VEHICLES_WRITE: 'Change vehicles',
  MEDIA_WRITE: 'Upload and change photos and videos',
  ACCOUNT_READ: 'Read usage and the audit log',
};

const DAY_MS = 86_400_000;

const LIVES = [
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'No end' },
];

const time = (value: string): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(value),
  );

/** Keys for programs: a new one is shown once. Dispatches `keys-changed`. */
export class StaffApiKeys extends LightElement {
  static override properties = { context: { attribute: false }, keys: { attribute: false } };

  declare context: StaffContext;
  declare keys: readonly ApiKey[];

  #name = '';
  #days = '365';
  #scopes = new Set<ApiScope>(['VEHICLES_READ']);
  #error = '';
  #isBusy = false;
  /** The key that was just made: told this once. */
  #made: string | null = null;

  #changed(notice: string): void {
    this.context.notify(notice);
    this.dispatchEvent(new Event('keys-changed'));
  }

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#error = '';
    this.requestUpdate();
    try {
      const input = {
        name: this.#name,
        scopes: [...this.#scopes],
        ...(this.#days && {
          expiresAt: new Date(Date.now() + Number(this.#days) * DAY_MS).toISOString(),
        }),
        idempotencyKey: crypto.randomUUID(),
      };
      const { createApiKey } = await this.context.ask<CreateApiKeyData>(CREATE_API_KEY, { input });
      const [mistake] = createApiKey.userErrors;
      if (mistake) this.#error = mistake.message;
      else {
        this.#made = createApiKey.key;
        this.#name = '';
        this.#changed('The API key is made.');
      }
    } catch (error) {
      this.#error = failureText(error);
    }
    this.#isBusy = false;
    this.requestUpdate();
    await this.updateComplete;
    if (this.#made !== null) this.querySelector<HTMLElement>('#new-api-key')?.focus();
  };

  async #revoke({ id, name }: ApiKey): Promise<void> {
    const isSure = await confirmAction({
      title: `Revoke “${name}”?`,
      text: 'The program that has this key is let in no more, at once and for good.',
      confirmLabel: 'Revoke',
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      const { revokeApiKey } = await this.context.ask<RevokeApiKeyData>(REVOKE_API_KEY, { id });
      const [mistake] = revokeApiKey.userErrors;
      this.#changed(mistake?.message ?? `“${name}” is revoked.`);
    } catch (error) {
      this.context.notify(failureText(error));
    }
  }

  #madeKey(key: string): TemplateResult {
    const onDone = (): void => {
      this.#made = null;
      this.requestUpdate();
    };
    return html`<div class="made-key">
      <p><strong>Copy the key now.</strong> It is not shown again.</p>
      ${copyText({
        name: 'new-api-key',
        label: 'New API key',
        text: key,
        rows: 2,
        onCopied: () => this.context.notify('The key is copied.'),
      })}
      <button class="button" type="button" @click=${onDone}>I have it</button>
    </div>`;
  }

  #item(key: ApiKey): TemplateResult {
    return html`<li class="key">
      <h3>${key.name} <code dir="ltr">${key.prefix}…</code></h3>
      <p>${key.scopes.map((scope) => SCOPES[scope]).join(' · ')}</p>
      <p class="hint">
        ${key.lastUsedAt === null ? 'Not used yet' : `Last used ${time(key.lastUsedAt)}`} · Made
        ${time(key.createdAt)}${key.createdBy === null ? nothing : html` by ${key.createdBy.name}`}
        · ${key.expiresAt === null ? 'No end' : `Ends ${time(key.expiresAt)}`}
      </p>
      <button
        class="text-button text-button-danger"
        type="button"
        @click=${() => this.#revoke(key)}
      >
        Revoke<span class="visually-hidden"> “${key.name}”</span>
      </button>
    </li>`;
  }

  #scopeBox(scope: ApiScope): TemplateResult {
    const onChange = (event: Event): void => {
      if ((event.target as HTMLInputElement).checked) this.#scopes.add(scope);
      else this.#scopes.delete(scope);
    };
    return html`<label class="check"
      ><input
        type="checkbox"
        name="scope"
        value=${scope}
        .checked=${live(this.#scopes.has(scope))}
        @change=${onChange}
      />${SCOPES[scope]}</label
    >`;
  }

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="api-keys-title">
      <h2 id="api-keys-title">API keys</h2>
      <p class="hint">For programs on your servers. Keep them secret: never put one into a page.</p>
      ${this.#made === null ? nothing : this.#madeKey(this.#made)}
      ${
        this.keys.length === 0
          ? html`<p>There are none yet.</p>`
          : html`<ul class="key-list">
              ${repeat(
                this.keys,
                ({ id }) => id,
                (key) => this.#item(key),
              )}
            </ul>`
      }
      <form class="key-form" @submit=${this.#onSubmit}>
        <h3>New API key</h3>
        <div role="alert">${this.#error ? html`<p class="alert">${this.#error}</p>` : nothing}</div>
        ${formField({
          name: 'api-key-name',
          label: 'What it is for',
          value: this.#name,
          maxLength: 100,
          required: true,
          onInput: (value) => (this.#name = value),
        })}
        <fieldset class="checks">
          <legend>What it may do</legend>
          ${(Object.keys(SCOPES) as ApiScope[]).map((scope) => this.#scopeBox(scope))}
        </fieldset>
        ${formField({
          name: 'api-key-days',
          label: 'How long it is good for',
          value: this.#days,
          options: LIVES,
          onInput: (value) => (this.#days = value),
        })}
        <button
          class="button button-primary"
          type="submit"
          aria-disabled=${this.#isBusy ? 'true' : nothing}
        >
          Make the API key
        </button>
      </form>
    </section>`;
  }
}
