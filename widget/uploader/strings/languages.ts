import { en } from './en.ts';
import type { UploaderStrings } from './uploader-strings.ts';

const languages: Readonly<Record<string, () => Promise<UploaderStrings>>> = {
  ar: async () => (await import('./ar.ts')).ar,
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  it: async () => (await import('./it.ts')).it,
  ja: async () => (await import('./ja.ts')).ja,
  nl: async () => (await import('./nl.ts')).nl,
  pl: async () => (await import('./pl.ts')).pl,
  pt: async () => (await import('./pt.ts')).pt,
  tr: async () => (await import('./tr.ts')).tr,
  zh: async () => (await import('./zh.ts')).zh,
};

/** Of the regions of a language all get the same texts. */
export async function inLanguageOf(locale: string): Promise<UploaderStrings> {
  const load = languages[locale.toLowerCase().split('-')[0] ?? ''];
  return (await load?.()) ?? en;
}
