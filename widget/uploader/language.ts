import type { UploaderHost } from '../vehicle-media/uploader-host.ts';
import { en } from './strings/en.ts';
import { loadUploaderStrings } from './strings/load-uploader-strings.ts';
import type { UploaderStrings } from './strings/uploader-strings.ts';
import { Words } from './view/words.ts';

/** The uploader's words in the element's language: English until another has been loaded. */
export class Language {
  #host: UploaderHost;
  #strings: UploaderStrings = en;
  #locale: string | null = null;
  #words: Words | null = null;

  constructor(host: UploaderHost) {
    this.#host = host;
  }

  get words(): Words {
    const { locale, stringOverrides } = this.#host;
    if (this.#locale !== locale) void this.#load(locale);
    if (this.#words?.locale !== locale || this.#words.overrides !== stringOverrides) {
      this.#words = new Words(this.#strings, stringOverrides, locale);
    }
    return this.#words;
  }

  async #load(locale: string): Promise<void> {
    this.#locale = locale;
    const strings = await loadUploaderStrings(locale);
    if (this.#locale !== locale) return;
    this.#strings = strings;
    this.#words = null;
    this.#host.requestUpdate();
  }
}
