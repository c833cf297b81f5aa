import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { confirmAction } from './confirm-action.ts';
import { copyText } from './copy-text.ts';
import { formField } from './form-field.ts';
import {
  CREATE_EMBED_KEY,
  REVOKE_EMBED_KEY,
  type CreateEmbedKeyData,
  type EmbedKey,
  type RevokeEmbedKeyData,
} from './key-documents.ts';
import { LightElement } from './light-element.ts';
import { failureText, type StaffContext } from './staff-context.ts';

/** What a page needs to show a vehicle of this dealership. */
function snippetOf({ key }: EmbedKey): string {
  const { origin } = location;
  return `<script type="module" src="${origin}/embed/v1.js"></script>
<vehicle-media endpoint="${origin}/graphql" embed-key="${key}" stock-number="YOUR STOCK NUMBER"></vehicle-media>`;
}

/** Keys for pages: with the snippet to copy. Dispatches `keys-changed`. */
export class StaffEmbedKeys extends LightElement {
  static override properties = { context: { attribute: false }, keys: { attribute: false } };

  declare context: StaffContext;
  declare keys: readonly EmbedKey[];

  #name = '';
  #origins = '';
  #error = '';
  #isBusy = false;

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
      const origins = this.#origins.split(/[\s,]+/).filter((origin) => origin !== '');
      const input = { name: this.#name, origins, idempotencyKey: crypto.randomUUID() };
      const { createEmbedKey } = await this.context.ask<CreateEmbedKeyData>(CREATE_EMBED_KEY, {
        input,
      });
      const [mistake] = createEmbedKey.userErrors;
      if (mistake) this.#error = mistake.message;
      else {
        this.#name = this.#origins = '';
        this.#changed('The embed key is made.');
      }
    } catch (error) {
      this.#error = failureText(error);
    }
    this.#isBusy = false;
    this.requestUpdate();
  };

  async #revoke({ id, name }: EmbedKey): Promise<void> {
    const isSure = await confirmAction({
      title: `Revoke “${name}”?`,
      text: 'Pages with this key show no vehicles any more, at once and for good.',
      confirmLabel: 'Revoke',
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      const { revokeEmbedKey } = await this.context.ask<RevokeEmbedKeyData>(REVOKE_EMBED_KEY, {
        id,
      });
      const [mistake] = revokeEmbedKey.userErrors;
      this.#changed(mistake?.message ?? `“${name}” is revoked.`);
    } catch (error) {
      this.context.notify(failureText(error));
    }
  }

  #item(key: EmbedKey): TemplateResult {
    return html`<li class="key">
      <h3>${key.name}</h3>
      <p class="hint">
        ${key.origins.length === 0 ? 'For pages of any site' : html`For ${key.origins.join(', ')}`}
      </p>
      ${copyText({
        name: `snippet-${key.id}`,
        label: `Snippet of “${key.name}”`,
        text: snippetOf(key),
        rows: 4,
        onCopied: () => this.context.notify('The snippet is copied.'),
      })}
      <button
        class="text-button text-button-danger"
        type="button"
        @click=${() => this.#revoke(key)}
      >
        Revoke<span class="visually-hidden"> “${key.name}”</span>
      </button>
    </li>`;
  }

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="embed-keys-title">
      <h2 id="embed-keys-title">Embed keys</h2>
      <p class="hint">
        With one, a page of yours shows what you have published. It is no secret: it only reads.
      </p>
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
        <h3>New embed key</h3>
        <div role="alert">${this.#error ? html`<p class="alert">${this.#error}</p>` : nothing}</div>
        ${formField({
          name: 'embed-key-name',
          label: 'Name of the site',
          value: this.#name,
          maxLength: 100,
          required: true,
          onInput: (value) => (this.#name = value),
        })}
        ${formField({
          name: 'embed-key-origins',
          label: 'Only for these addresses',
          hint: 'Such as https://www.example.com, or https://*.example.com for every name in front; with spaces between. Empty: any site may use it.',
          value: this.#origins,
          onInput: (value) => (this.#origins = value),
        })}
        <button
          class="button button-primary"
          type="submit"
          aria-disabled=${this.#isBusy ? 'true' : nothing}
        >
          Make the embed key
        </button>
      </form>
    </section>`;
  }
}
