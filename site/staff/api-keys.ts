import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { copyText } from './copy-text.ts';
import {
  CREATE_API_KEY,
  REVOKE_API_KEY,
  type ApiKey,
  type ApiScope,
  type CreateApiKeyData,
  type RevokeApiKeyData,
} from './key-documents.ts';
import { KeyPanel } from './key-panel.ts';
import { momentWords } from './moments.ts';
import { MutationForm } from './mutation-form.ts';

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

/** The end of the day that is so many days ahead: the same when it is asked for again. */
const daysAhead = (days: string): string =>
  new Date(Math.ceil(Date.now() / DAY_MS + Number(days)) * DAY_MS).toISOString();

/** Keys for programs: a new one is shown once. */
export class StaffApiKeys extends KeyPanel<ApiKey> {
  protected override readonly warning =
    'The program that has this key is let in no more, at once and for good.';

  readonly #form = new MutationForm(this, 'api-key', {
    name: '',
    scopes: 'VEHICLES_READ',
    days: '365',
  });
  /** The key that was just made: told this once. */
  #made: string | null = null;

  get #scopes(): ReadonlySet<string> {
    return new Set(this.#form.values.scopes.split(' ').filter(Boolean));
  }

  #onSubmit = async (event: SubmitEvent): Promise<void> => {
    const form = this.#form;
    const isMade = await form.send(event, async () => {
      const { name, days } = form.values;
      const input = {
        name,
        scopes: [...this.#scopes],
        ...(days && { expiresAt: daysAhead(days) }),
        idempotencyKey: form.idempotencyKey,
      };
      const { createApiKey } = await this.context.ask<CreateApiKeyData>(CREATE_API_KEY, { input });
      this.#made = createApiKey.key;
      return createApiKey.userErrors;
    });
    if (!isMade) return;
    this.changed('The API key is made.');
    this.querySelector<HTMLElement>('#new-api-key')?.focus();
  };

  protected override async revoke(id: string) {
    const { revokeApiKey } = await this.context.ask<RevokeApiKeyData>(REVOKE_API_KEY, { id });
    return revokeApiKey.userErrors;
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

  protected override item(key: ApiKey): TemplateResult {
    return html`<h3>${key.name} <code dir="ltr">${key.prefix}…</code></h3>
      <p>${key.scopes.map((scope) => SCOPES[scope]).join(' · ')}</p>
      <p class="hint">
        ${key.lastUsedAt === null ? 'Not used yet' : `Last used ${momentWords(key.lastUsedAt)}`} ·
        Made
        ${momentWords(key.createdAt)}${
          key.createdBy === null ? nothing : html` by ${key.createdBy.name}`
        }
        · ${key.expiresAt === null ? 'No end' : `Ends ${momentWords(key.expiresAt)}`}
      </p>
      ${this.revokeButton(key)}`;
  }

  #scopeBox(scope: ApiScope): TemplateResult {
    const scopes = this.#scopes;
    const onChange = (event: Event): void => {
      const isChosen = (event.target as HTMLInputElement).checked;
      const chosen = Object.keys(SCOPES).filter((item) =>
        item === scope ? isChosen : scopes.has(item),
      );
      this.#form.set('scopes', chosen.join(' '));
    };
    return html`<label class="check"
      ><input
        type="checkbox"
        name="scope"
        value=${scope}
        .checked=${live(scopes.has(scope))}
        @change=${onChange}
      />${SCOPES[scope]}</label
    >`;
  }

  override render(): TemplateResult {
    const form = this.#form;
    return html`<section class="panel" aria-labelledby="api-keys-title">
      <h2 id="api-keys-title">API keys</h2>
      <p class="hint">For programs on your servers. Keep them secret: never put one into a page.</p>
      ${this.#made === null ? nothing : this.#madeKey(this.#made)} ${this.list()}
      <form class="panel-form" @submit=${this.#onSubmit}>
        <h3>New API key</h3>
        ${form.alert()}
        ${form.field('name', { label: 'What it is for', maxLength: 100, required: true })}
        <fieldset class="checks" aria-describedby="api-key-scopes-error">
          <legend>What it may do</legend>
          ${(Object.keys(SCOPES) as ApiScope[]).map((scope) => this.#scopeBox(scope))}
          <p class="field-error" id="api-key-scopes-error">${form.errorOf('scopes')}</p>
        </fieldset>
        ${form.field('days', { label: 'How long it is good for', options: LIVES })}
        ${form.submit('Make the API key')}
      </form>
    </section>`;
  }
}
