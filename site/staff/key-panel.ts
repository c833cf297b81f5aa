import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { confirmAction } from './confirm-action.ts';
import { LightElement } from './light-element.ts';
import type { Mistake } from './mutation-form.ts';
import { failureText, type StaffContext } from './staff-context.ts';

/** One kind of keys: what there is, each with a way to end it. Dispatches `keys-changed`. */
export abstract class KeyPanel<Key extends { id: string; name: string }> extends LightElement {
  static override properties = { context: { attribute: false }, keys: { attribute: false } };

  declare context: StaffContext;
  declare keys: readonly Key[];

  /** What happens when a key of this kind is revoked. */
  protected abstract readonly warning: string;

  /** Revokes a key on the server. */
  protected abstract revoke(id: string): Promise<readonly Mistake[]>;

  /** What there is to say of a key. */
  protected abstract item(key: Key): TemplateResult;

  protected changed(notice: string): void {
    this.context.notify(notice);
    this.dispatchEvent(new Event('keys-changed'));
  }

  async #onRevoke({ id, name }: Key): Promise<void> {
    const isSure = await confirmAction({
      title: `Revoke “${name}”?`,
      text: this.warning,
      confirmLabel: 'Revoke',
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      const [mistake] = await this.revoke(id);
      this.changed(mistake?.message ?? `“${name}” is revoked.`);
    } catch (error) {
      this.context.notify(failureText(error));
    }
  }

  protected revokeButton(key: Key): TemplateResult {
    return html`<button
      class="text-button text-button-danger"
      type="button"
      @click=${() => this.#onRevoke(key)}
    >
      Revoke<span class="visually-hidden"> “${key.name}”</span>
    </button>`;
  }

  protected list(): TemplateResult {
    if (this.keys.length === 0) return html`<p class="key-none">There are none yet.</p>`;
    return html`<ul class="key-list">
      ${repeat(
        this.keys,
        ({ id }) => id,
        (key) => html`<li class="key">${this.item(key)}</li>`,
      )}
    </ul>`;
  }
}
