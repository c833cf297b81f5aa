/** Markup that is safe to send as it is: made by `html`, `jsonScript` or `attributes` alone. */
export class SafeHtml {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in `${}`. `null`, `undefined` and booleans render nothing. */
export type HtmlValue =
  | SafeHtml
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}

function render(value: HtmlValue): string {
  if (value instanceof SafeHtml) return value.toString();
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}

/**
 * Markup with every value escaped for text and for quoted attributes.
 * Attributes must be quoted, and values cannot stand inside `<script>` or `<style>`.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  let text = strings[0]!;
  for (const [index, value] of values.entries()) {
    if (/=\s*$/.test(strings[index]!)) {
      throw new TypeError(`Quote the attribute before value ${index + 1}: ${strings[index]}`);
    }
    text += render(value) + strings[index + 1]!;
  }
  return new SafeHtml(text);
}

/** ` name="value"` for each entry that has a value; `true` gives the bare name. */
export function attributes(
  entries: Readonly<Record<string, string | number | boolean | null | undefined>>,
): SafeHtml {
  let text = '';
  for (const [name, value] of Object.entries(entries)) {
    if (!/^[a-z][a-z0-9-]*$/i.test(name)) throw new TypeError(`Not an attribute name: ${name}`);
    if (value === null || value === undefined || value === false) continue;
    text += value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`;
  }
  return new SafeHtml(text);
}

/** A data block (JSON-LD by default) whose text cannot end the script element. */
export function jsonScript(value: unknown, type = 'application/ld+json'): SafeHtml {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new SafeHtml(`<script type="${escapeHtml(type)}">${json}</script>`);
}
