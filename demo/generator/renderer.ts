import chromium from '@sparticuz/chromium';
import { chromium as browsers, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import type { Order } from './scene/main.ts';

/** A headless browser that draws on the processor; pictures do not depend on a graphics card. */
export class Renderer {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  static async start(): Promise<Renderer> {
    const code = await bundle();
    const browser = await browsers.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args,
    });
    const page = await browser.newPage();
    await page.setContent('<!doctype html>');
    await page.addScriptTag({ content: code });
    return new Renderer(browser, page);
  }

  /** The picture as a PNG. */
  async photograph(order: Order): Promise<Buffer> {
    const address = await this.#page.evaluate(
      (what) => (globalThis as unknown as { photograph(order: Order): string }).photograph(what),
      order,
    );
    return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

async function bundle(): Promise<string> {
  const entry = new URL('./scene/main.ts', import.meta.url).pathname;
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'scene' } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('the scene was not bundled');
  return output.output[0].code;
}
