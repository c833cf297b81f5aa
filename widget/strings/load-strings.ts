import { en } from './en.ts';
import type { Texts } from './strings.ts';

/** The texts of a BCP 47 tag's language; English where there are none, or they do not load. */
export async function loadStrings(locale: string): Promise<Texts> {
  if (/^en\b/i.test(locale)) return en;
  return import('./languages.ts').then(({ inLanguageOf }) => inLanguageOf(locale)).catch(() => en);
}
