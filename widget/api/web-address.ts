/** An absolute address of the web; null for a text that is none, such as `javascript:` and `data:`. */
export function webAddress(text: string, base: string): string | null {
  if (!URL.canParse(text, base)) return null;
  const { href, protocol } = new URL(text, base);
  return /^https?:$/.test(protocol) ? href : null;
}
