import { describe, expect, it } from 'vitest';
import { en as uploaderEn } from '../uploader/strings/en.ts';
import { loadUploaderStrings } from '../uploader/strings/load-uploader-strings.ts';
import { en } from './en.ts';
import { lateEnglish, withLateTexts } from './late-texts.ts';
import { loadStrings } from './load-strings.ts';
import type { Text } from './strings.ts';

const languages = ['ar', 'de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'tr', 'zh'];

type Texts = Readonly<Record<string, Text>>;

const halves: readonly [string, Texts, (locale: string) => Promise<unknown>][] = [
  ['viewer', { ...en, ...lateEnglish }, async (locale) => withLateTexts(await loadStrings(locale))],
  ['uploader', { ...uploaderEn }, loadUploaderStrings],
];

/** The texts of a text by the categories they are for; `other` is the one of a text without any. */
function forms(text: Text | undefined): Readonly<Record<string, string>> {
  return typeof text === 'string' ? { other: text } : { ...text };
}

function places(text: string | undefined): string[] {
  return [...new Set(text?.match(/\{.*?\}/g))].toSorted();
}

describe.each(halves)('the texts of the %s', (_half, english, load) => {
  it.each(languages)('are all there in %s, with the same places', async (language) => {
    const texts = (await load(language)) as Texts;
    const described = (of: Texts) =>
      Object.entries(of)
        .map(([name, text]) => [name, typeof text, places(forms(text)['other'])] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
    expect(described(texts)).toEqual(described(english));
    const empty = Object.entries(texts).filter(([, text]) =>
      Object.values(forms(text)).includes(''),
    );
    expect(empty).toEqual([]);
  });

  it.each(languages)(
    'have each plural form of %s, with the number where it can vary',
    async (language) => {
      const texts = (await load(language)) as Texts;
      const rules = new Intl.PluralRules(language);
      const { pluralCategories } = rules.resolvedOptions();
      const varying = pluralCategories.filter(
        (category) =>
          Array.from({ length: 200 }, (_, count) => rules.select(count + 1)).filter(
            (selected) => selected === category,
          ).length > 1,
      );
      for (const [name, text] of Object.entries(texts)) {
        if (typeof text === 'string') continue;
        expect([name, Object.keys(text).toSorted()]).toEqual([name, pluralCategories.toSorted()]);
        for (const category of varying) {
          expect([name, category, places(forms(text)[category])]).toEqual([
            name,
            category,
            places(text.other),
          ]);
        }
      }
    },
  );

  it('are another text in each language', async () => {
    const loaded = await Promise.all(languages.map((language) => load(language)));
    expect(new Set(loaded.map((texts) => JSON.stringify(texts))).size).toBe(languages.length);
  });

  it('are the same in every region, and English where there are none', async () => {
    for (const [region, language] of [
      ['pt-BR', 'pt'],
      ['zh-TW', 'zh'],
      ['zh-Hant-HK', 'zh'],
      ['DE-at', 'de'],
      ['en-GB', 'en'],
      ['xx', 'en'],
      ['enm', 'en'],
      ['', 'en'],
    ] as const) {
      expect([region, await load(region)]).toEqual([region, await load(language)]);
    }
  });
});
