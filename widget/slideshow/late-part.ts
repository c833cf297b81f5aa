import type { CSSResult, ReactiveControllerHost } from 'lit';

export interface LatePartHost extends ReactiveControllerHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
}

/**
 * A module of the element that most pages never need: loaded when it is asked
 * for, its styles adopted once.
 */
export class LatePart<T extends object> {
  /** Undefined until it is loaded. */
  module: T | undefined;
  #host: LatePartHost;
  #import: () => Promise<T>;
  #loading: Promise<T> | undefined;

  constructor(host: LatePartHost, load: () => Promise<T>) {
    this.#host = host;
    this.#import = load;
  }

  /** Rejects when the module does not load; asking again tries again. */
  load(): Promise<T> {
    return (this.#loading ??= this.#load());
  }

  /** The module for a rendering now; where it is missing, the host is rendered again once it is there. */
  now(): T | undefined {
    if (!this.module) this.load().catch(() => {});
    return this.module;
  }

  async #load(): Promise<T> {
    try {
      const module = await this.#import();
      if ('styles' in module) adoptStyles(this.#host, module.styles as CSSResult);
      this.module = module;
      this.#host.requestUpdate();
      return module;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }
}

export function adoptStyles(host: LatePartHost, { styleSheet }: CSSResult): void {
  const root = host.renderRoot as ShadowRoot;
  if (styleSheet) root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
}
