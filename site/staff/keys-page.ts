import { html, type TemplateResult } from 'lit';
import { KEYS, type ApiKey, type EmbedKey, type KeysData } from './key-documents.ts';
import { LightElement } from './light-element.ts';
import { failureText, type StaffContext } from './staff-context.ts';

/** Embed keys and API keys of the dealership. */
export class StaffKeys extends LightElement {
  static override properties = { context: { attribute: false } };

  declare context: StaffContext;

  #apiKeys: readonly ApiKey[] = [];
  #embedKeys: readonly EmbedKey[] = [];
  #state: 'loading' | 'ready' | 'refused' | 'failed' = 'loading';
  #error = '';
  #request = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
  }

  #refresh = async (): Promise<void> => {
    this.#request.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      const { dealership } = await this.context.ask<KeysData>(KEYS, {}, request.signal);
      const { apiKeys = null, embedKeys = null } = dealership ?? {};
      this.#state = apiKeys === null || embedKeys === null ? 'refused' : 'ready';
      this.#apiKeys = apiKeys ?? [];
      this.#embedKeys = embedKeys ?? [];
    } catch (error) {
      if (request.signal.aborted) return;
      this.#state = 'failed';
      this.#error = failureText(error);
    }
    this.requestUpdate();
  };

  #body(): TemplateResult {
    switch (this.#state) {
      case 'loading':
        return html`<p class="hint" role="status">Loading the keys…</p>`;
      case 'refused':
        return html`<p class="panel">
          Owners and managers make keys. Ask one of them for the key you need.
        </p>`;
      case 'failed':
        return html`<div class="panel">
          <p class="alert" role="alert">${this.#error}</p>
          <p><button class="button" type="button" @click=${this.#refresh}>Try again</button></p>
        </div>`;
      case 'ready':
        return html`<staff-embed-keys
            .context=${this.context}
            .keys=${this.#embedKeys}
            @keys-changed=${this.#refresh}
          ></staff-embed-keys>
          <staff-api-keys
            .context=${this.context}
            .keys=${this.#apiKeys}
            @keys-changed=${this.#refresh}
          ></staff-api-keys>`;
    }
  }

  override render(): TemplateResult {
    return html`<div class="keys-page">
      <h1 tabindex="-1">Keys</h1>
      ${this.#body()}
    </div>`;
  }
}
