import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { type ElementSite, pageWith, startElementSite } from './element-site.ts';

export interface OpenOptions extends BrowserContextOptions {
  /** Inside the element. */
  readonly content?: string;
  readonly head?: string;
  /** Attributes of `<html>`. */
  readonly root?: string;
  readonly headers?: Record<string, string>;
  /** Event of the element to wait for; `vm-ready` otherwise, null for none. */
  readonly until?: string | null;
}

/** A browser and a site of the element, for the tests of one file. */
export class ElementBrowser {
  readonly site: ElementSite;
  #browser: Browser;
  #pages = 0;
  #close: (() => Promise<void>)[] = [];

  static async start(): Promise<ElementBrowser> {
    const [site, browser] = await Promise.all([startElementSite(), launchBrowser()]);
    return new ElementBrowser(site, browser);
  }

  private constructor(site: ElementSite, browser: Browser) {
    this.site = site;
    this.#browser = browser;
  }

  /** A fresh page with one element whose attributes these are. */
  async open(attributes = '', options: OpenOptions = {}): Promise<Page> {
    return this.openBody(
      `<vehicle-media endpoint="/graphql" vehicle="1" ${attributes}>${options.content ?? ''}</vehicle-media>`,
      options,
    );
  }

  async openBody(body: string, options: OpenOptions = {}): Promise<Page> {
    const { content: _, head, root, headers, until = 'vm-ready', ...contextOptions } = options;
    const context = await this.#browser.newContext({
      viewport: { width: 900, height: 800 },
      reducedMotion: 'reduce',
      ...contextOptions,
    });
    this.#close.push(() => context.close());
    const page = await context.newPage();
    if (until) {
      await page.addInitScript((type) => {
        Object.assign(globalThis, {
          awaited: new Promise((resolve) => addEventListener(type, resolve, { once: true })),
        });
      }, until);
    }
    const url = this.site.page(`/${(this.#pages += 1)}`, pageWith(body, head, root), headers);
    await page.goto(url, { waitUntil: 'commit' });
    if (until) await page.evaluate('awaited.then(() => {})');
    return page;
  }

  /** Closes the pages of a test, and sets the site as it was. */
  async reset(): Promise<void> {
    for (const close of this.#close.splice(0)) await close();
    this.site.stub.reset();
    this.site.asked.length = 0;
    this.site.brokenPictures = () => false;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.site.close();
  }
}
