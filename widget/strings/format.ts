import type { Text } from './strings.ts';

/** Fills the `{name}` places of a text; numbers are written as `locale` writes them. */
export function format(
  text: Text,
  values: Readonly<Record<string, string | number>> = {},
  locale?: string,
): string {
  const pattern =
    typeof text === 'string'
      ? text
      : (text[new Intl.PluralRules(locale).select(Number(values['count']))] ?? text.other);
  return pattern.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}
