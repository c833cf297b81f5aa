import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { en } from '../strings/en.ts';
import { loadStrings } from '../strings/load-strings.ts';
import type { StringOverrides, Texts } from '../strings/strings.ts';

export interface TranslationHost extends ReactiveControllerHost, HTMLElement {
  readonly strings: StringOverrides;
}

/** The language and direction of an element as the page has them, and the texts in it. */
export class Translation implements ReactiveController {
  /** BCP 47. */
  locale = 'en';
  direction: 'ltr' | 'rtl' = 'ltr';
  /** Resolves once the texts of the language are here. */
  loaded: Promise<void> = Promise.resolve();
  #host: TranslationHost;
  #own: Texts = en;
  #overrides: StringOverrides | undefined;
  #texts: Texts = en;

  constructor(host: TranslationHost) {
    this.#host = host;
    host.addController(this);
  }

  /** With what the page has put in their place. */
  get texts(): Texts {
    const { strings } = this.#host;
    if (strings !== this.#overrides) {
      this.#overrides = strings;
      this.#texts = { ...this.#own, ...strings };
    }
    return this.#texts;
  }

  hostConnected(): void {
    const host = this.#host;
    this.locale = localeOf(host);
    this.direction = getComputedStyle(host).direction === 'rtl' ? 'rtl' : 'ltr';
    this.loaded = loadStrings(this.locale).then((strings) => {
      this.#own = strings;
      this.#overrides = undefined;
      host.requestUpdate();
    });
    host.requestUpdate();
  }
}

/** The closest `lang` that names a language, across shadow roots; else the browser's. */
function localeOf(element: Element): string {
  for (let node: Element | null = element; node;) {
    const marked: Element | null = node.closest('[lang]');
    const locale = canonical(marked?.getAttribute('lang'));
    if (locale) return locale;
    const root: Node = node.getRootNode();
    node = marked?.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return canonical(navigator.language) ?? 'en';
}

/** Undefined for what is no BCP 47 tag: Intl throws at it. Pages often write `pt_BR`. */
function canonical(tag: string | null | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag?.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}
