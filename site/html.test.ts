import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributes, escapeHtml, html, jsonScript } from './html.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '`',
        '&',
        '/',
        '=',
        ' ',
        '&amp;',
        '</script>',
        '<!--',
        ']]>',
        '<img src=x onerror=alert(1)>',
        '" onclick="',
        '\u2028',
        '\0',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
);

function unescape(text: string): string {
  return text
    .replaceAll('&#96;', '`')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

describe('html', () => {
  it('lets no value add markup, in text or in a quoted attribute', () => {
    fc.assert(
      fc.property(hostile, hostile, (inAttribute, inText) => {
        const page = html`<p title="${inAttribute}">${inText}</p>`.toString();
        const match = /^<p title="([^"<>'`]*)">([^"<>'`]*)<\/p>$/s.exec(page);
        expect(match).not.toBeNull();
        expect(unescape(match![1]!)).toBe(inAttribute);
        expect(unescape(match![2]!)).toBe(inText);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps nested templates and arrays as markup, and their values escaped', () => {
    const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`);
    expect(html`<b>${items}</b>`.toString()).toBe('<b><i>a</i><i>&lt;b&gt;</i></b>');
  });

  it('renders nothing for null, undefined and booleans, and zero as zero', () => {
    expect(html`[${null}${undefined}${true}${false}${0}]`.toString()).toBe('[0]');
  });

  it('does not take a look-alike object for safe markup', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => html`<p>${forged}</p>`.toString()).toThrow(TypeError);
  });

  it('refuses an attribute without quotes', () => {
    expect(() => html`<p title=${'x'}></p>`).toThrow(/Quote the attribute/);
  });
});

describe('attributes', () => {
  it('escapes values, leaves out what is absent and refuses odd names', () => {
    expect(
      attributes({ alt: '"<', width: 0, hidden: true, lang: null, dir: false }).toString(),
    ).toBe(' alt="&quot;&lt;" width="0" hidden');
    expect(() => attributes({ 'a onclick': 'x' })).toThrow(TypeError);
  });

  it('gives back every value after unescaping', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const match = /^ alt="([^"<>]*)"$/s.exec(attributes({ alt: value }).toString());
        expect(unescape(match![1]!)).toBe(value);
      }),
    );
  });
});

describe('jsonScript', () => {
  it('keeps every value intact without a character that ends the element', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.jsonValue())), (value) => {
        const block = jsonScript(value).toString();
        const text = block.slice('<script type="application/ld+json">'.length, -'</script>'.length);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('escapeHtml', () => {
  it('escapes an ampersand once', () => {
    expect(escapeHtml('&amp;')).toBe('&amp;amp;');
  });
});
