import { type ElementPart, noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/**
 * Colours an element (`--_tint`) with the average of a ThumbHash while its
 * picture is on the way. Set through CSSOM: a strict style-src allows that,
 * and refuses style attributes.
 */
export const tint = directive(
  class extends Directive {
    #hash: string | null | undefined;

    render(_hash: string | null): typeof noChange {
      return noChange;
    }

    override update(part: ElementPart, [hash]: [string | null]): typeof noChange {
      if (hash !== this.#hash) {
        this.#hash = hash;
        const color = averageColor(hash);
        if (color) (part.element as HTMLElement).style.setProperty('--_tint', color);
      }
      return noChange;
    }
  },
);

/** The CSS colour in the header of a ThumbHash (https://evanw.github.io/thumbhash/), or null. */
export function averageColor(hash: string | null): string | null {
  if (!hash) return null;
  let bytes: string;
  try {
    bytes = atob(hash);
  } catch {
    return null;
  }
  if (bytes.length < 5) return null;
  const header = bytes.charCodeAt(0) | (bytes.charCodeAt(1) << 8) | (bytes.charCodeAt(2) << 16);
  const l = (header & 63) / 63;
  const p = ((header >> 6) & 63) / 31.5 - 1;
  const q = ((header >> 12) & 63) / 31.5 - 1;
  const blue = l - (2 / 3) * p;
  const red = (3 * l - blue + q) / 2;
  const channels = [red, red - q, blue].map((value) =>
    Math.round(255 * Math.min(1, Math.max(0, value))),
  );
  return `rgb(${channels.join(' ')})`;
}
