const DURATION_MS = 220;

/** Has photos glide to their new places instead of jumping, unless the person wants less motion. */
export class Glide {
  #boxes = new Map<Element, DOMRect>();

  /** Before the list is drawn anew. */
  before(cards: Iterable<Element>): void {
    this.#boxes = new Map(Array.from(cards, (card) => [card, card.getBoundingClientRect()]));
  }

  after(cards: Iterable<Element>): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const card of cards) {
      const was = this.#boxes.get(card);
      if (!was) continue;
      const is = card.getBoundingClientRect();
      const [x, y] = [was.left - is.left, was.top - is.top];
      if (Math.abs(x) + Math.abs(y) < 1) continue;
      card.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], {
        duration: DURATION_MS,
        easing: 'cubic-bezier(0.2, 0, 0, 1)',
      });
    }
  }
}
