import { html, type TemplateResult } from 'lit';

export interface CopyText {
  /** Also the id of the field. */
  name: string;
  label: string;
  text: string;
  rows?: number;
  /** Says that the text is in the clipboard. */
  onCopied: () => void;
}

/** A text to take along: a field that cannot be changed, and a button that copies it. */
export function copyText({ name, label, text, rows = 1, onCopied }: CopyText): TemplateResult {
  const copy = async (event: Event): Promise<void> => {
    const { currentTarget } = event;
    try {
      await navigator.clipboard.writeText(text);
      onCopied();
    } catch {
      // Not every browser lets pages write to the clipboard: then the keyboard does.
      (currentTarget as HTMLElement).parentElement?.querySelector('textarea')?.select();
    }
  };
  return html`<div class="field copy-text">
    <label for=${name}>${label}</label>
    <textarea
      id=${name}
      class="code-input"
      rows=${rows}
      readonly
      dir="ltr"
      spellcheck="false"
      autocomplete="off"
      .value=${text}
      @focus=${(event: Event) => (event.currentTarget as HTMLTextAreaElement).select()}
    ></textarea>
    <button class="button" type="button" @click=${copy}>Copy</button>
  </div>`;
}
