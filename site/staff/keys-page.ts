import { html, type TemplateResult } from 'lit';
import { KEYS, type ApiKey, type EmbedKey, type KeysData } from './key-documents.ts';
import { LightElement } from './light-element.ts';
import { PageData } from './page-data.ts';
import type { StaffContext } from './staff-context.ts';

/** Embed keys and API keys of the dealership. */
export class StaffKeys extends LightElement {
  static override properties = { context: { attribute: false } };

  declare context: StaffContext;

  readonly #keys = new PageData<{ apiKeys: ApiKey[]; embedKeys: EmbedKey[] }>(this, {
    what: 'the keys',
    refused: 'Owners and managers make keys. Ask one of them for the key you need.',
    read: async (signal) => {
      const { dealership } = await this.context.ask<KeysData>(KEYS, {}, signal);
      const { apiKeys = null, embedKeys = null } = dealership ?? {};
      return apiKeys && embedKeys && { apiKeys, embedKeys };
    },
  });

  override render(): TemplateResult {
    return html`<div class="narrow-page">
      <h1 tabindex="-1">Keys</h1>
      ${this.#keys.render(
        ({ apiKeys, embedKeys }) =>
          html`<staff-embed-keys
              .context=${this.context}
              .keys=${embedKeys}
              @keys-changed=${this.#keys.refresh}
            ></staff-embed-keys>
            <staff-api-keys
              .context=${this.context}
              .keys=${apiKeys}
              @keys-changed=${this.#keys.refresh}
            ></staff-api-keys>`,
      )}
    </div>`;
  }
}
