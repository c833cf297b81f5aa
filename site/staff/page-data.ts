import { html, type ReactiveController, type TemplateResult } from 'lit';
import type { LightElement } from './light-element.ts';
import { failureText } from './staff-context.ts';

export interface PageDataParts<Data> {
  /** What is read, such as "the keys". */
  what: string;
  /** Resolves to null for whoever may not read it. */
  read(signal: AbortSignal): Promise<Data | null>;
  /** Says who may. */
  refused: string;
}

/** What a page shows of the API: read when the page is, and again whenever it asks. */
export class PageData<Data> implements ReactiveController {
  readonly #host: LightElement;
  readonly #parts: PageDataParts<Data>;
  #data: Data | null = null;
  #failure: string | null = null;
  #isRead = false;
  #request = new AbortController();

  constructor(host: LightElement, parts: PageDataParts<Data>) {
    this.#host = host;
    this.#parts = parts;
    host.addController(this);
  }

  hostConnected(): void {
    void this.refresh();
  }

  hostDisconnected(): void {
    this.#request.abort();
  }

  /** Reads it anew; what was read before stays until then. */
  refresh = async (): Promise<void> => {
    this.#request.abort();
    const request = new AbortController();
    this.#request = request;
    try {
      this.#data = await this.#parts.read(request.signal);
      this.#failure = null;
    } catch (error) {
      if (request.signal.aborted) return;
      this.#failure = failureText(error);
    }
    this.#isRead = true;
    this.#host.requestUpdate();
  };

  /** Adds a page that `read` resolves to, unless all is read anew in the meantime. */
  async append(read: (signal: AbortSignal, data: Data) => Promise<Data>): Promise<void> {
    const { signal } = this.#request;
    if (this.#data === null) return;
    const data = await read(signal, this.#data);
    if (signal.aborted) return;
    this.#data = data;
    this.#host.requestUpdate();
  }

  /** The page's content, or why there is none. */
  render(content: (data: Data) => TemplateResult): TemplateResult {
    const { what, refused } = this.#parts;
    if (this.#failure !== null) {
      return html`<div class="panel">
        <p class="alert" role="alert">${this.#failure}</p>
        <div class="panel-actions">
          <button class="button" type="button" @click=${this.refresh}>Try again</button>
        </div>
      </div>`;
    }
    if (!this.#isRead) return html`<p class="hint" role="status">Loading ${what}…</p>`;
    return this.#data === null ? html`<p class="panel">${refused}</p>` : content(this.#data);
  }
}
