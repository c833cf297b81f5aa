import { html, type TemplateResult } from 'lit';
import { copyText } from './copy-text.ts';
import {
  CREATE_EMBED_KEY,
  REVOKE_EMBED_KEY,
  UPDATE_EMBED_KEY,
  type CreateEmbedKeyData,
  type EmbedKey,
  type RevokeEmbedKeyData,
  type UpdateEmbedKeyData,
} from './key-documents.ts';
import { KeyPanel } from './key-panel.ts';
import { MutationForm } from './mutation-form.ts';

/** What a page needs to show a vehicle of this dealership. */
function snippetOf({ key }: EmbedKey): string {
  const { origin } = location;
  return `<script type="module" src="${origin}/embed/v1.js"></script>
<vehicle-media endpoint="${origin}/graphql" embed-key="${key}" stock-number="YOUR STOCK NUMBER"></vehicle-media>`;
}

type EmbedKeyForm = MutationForm<'name' | 'origins'>;

function inputOf({ values, idempotencyKey }: EmbedKeyForm) {
  const origins = values.origins.split(/[\s,]+/).filter((origin) => origin !== '');
  return { name: values.name, origins, idempotencyKey };
}

function fields(form: EmbedKeyForm): TemplateResult {
  return html`${form.alert()}
  ${form.field('name', { label: 'Name of the site', maxLength: 100, required: true })}
  ${form.field('origins', {
    label: 'Only for these addresses',
    hint: 'Such as https://www.example.com, or https://*.example.com for every name in front; with spaces between. Empty: any site may use it.',
  })}`;
}

/** Keys for pages: with the snippet to copy. */
export class StaffEmbedKeys extends KeyPanel<EmbedKey> {
  protected override readonly warning =
    'Pages with this key show no vehicles any more, at once and for good.';

  readonly #new: EmbedKeyForm = new MutationForm(this, 'embed-key', { name: '', origins: '' });
  readonly #edit: EmbedKeyForm = new MutationForm(this, 'edit-embed-key', {
    name: '',
    origins: '',
  });
  /** The key that is being changed. */
  #edited: string | null = null;

  #onCreate = async (event: SubmitEvent): Promise<void> => {
    const isMade = await this.#new.send(event, async () => {
      const input = inputOf(this.#new);
      const { createEmbedKey } = await this.context.ask<CreateEmbedKeyData>(CREATE_EMBED_KEY, {
        input,
      });
      return createEmbedKey.userErrors;
    });
    if (isMade) this.changed('The embed key is made.');
  };

  #onUpdate = async (event: SubmitEvent): Promise<void> => {
    const { name } = this.#edit.values;
    const id = this.#edited;
    const isChanged = await this.#edit.send(event, async () => {
      const input = { id, ...inputOf(this.#edit) };
      const { updateEmbedKey } = await this.context.ask<UpdateEmbedKeyData>(UPDATE_EMBED_KEY, {
        input,
      });
      return updateEmbedKey.userErrors;
    });
    if (!isChanged) return;
    this.changed(`“${name}” is changed.`);
    await this.#showForm(null, id);
  };

  /** Opens the form of a key, or closes the one that is open; `left` gets the focus back. */
  async #showForm(key: EmbedKey | null, left: string | null = null): Promise<void> {
    this.#edited = key?.id ?? null;
    this.#edit.reset();
    if (key !== null) {
      this.#edit.set('name', key.name);
      this.#edit.set('origins', key.origins.join(' '));
    }
    this.requestUpdate();
    await this.updateComplete;
    const target = key === null ? `#edit-${left}` : '#edit-embed-key-name';
    this.querySelector<HTMLElement>(target)?.focus();
  }

  protected override async revoke(id: string) {
    const { revokeEmbedKey } = await this.context.ask<RevokeEmbedKeyData>(REVOKE_EMBED_KEY, { id });
    return revokeEmbedKey.userErrors;
  }

  #editForm({ id }: EmbedKey): TemplateResult {
    return html`<form class="panel-form" @submit=${this.#onUpdate}>
      ${fields(this.#edit)}
      <div class="form-actions">
        ${this.#edit.submit('Save')}
        <button class="button" type="button" @click=${() => this.#showForm(null, id)}>
          Cancel
        </button>
      </div>
    </form>`;
  }

  protected override item(key: EmbedKey): TemplateResult {
    if (key.id === this.#edited) return this.#editForm(key);
    return html`<h3>${key.name}</h3>
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
      <div class="form-actions">
        <button
          id="edit-${key.id}"
          class="text-button"
          type="button"
          @click=${() => this.#showForm(key)}
        >
          Change<span class="visually-hidden"> “${key.name}”</span>
        </button>
        ${this.revokeButton(key)}
      </div>`;
  }

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="embed-keys-title">
      <h2 id="embed-keys-title">Embed keys</h2>
      <p class="hint">
        With one, a page of yours shows what you have published. It is no secret: it only reads.
      </p>
      ${this.list()}
      <form class="panel-form" @submit=${this.#onCreate}>
        <h3>New embed key</h3>
        ${fields(this.#new)} ${this.#new.submit('Make the embed key')}
      </form>
    </section>`;
  }
}
