import type { ReactiveControllerHost } from 'lit';

/** Less is a click with an unsteady hand. */
const STARTS_AFTER_PX = 6;
const EDGE_PX = 72;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Held {
  readonly id: string;
  readonly card: HTMLElement;
  readonly grid: HTMLElement;
  readonly pointerId: number;
  readonly startX: number;
  readonly startY: number;
  /** The grid's own place when it began: the page may scroll meanwhile. */
  readonly gridBox: DOMRect;
  x: number;
  y: number;
  moving: boolean;
}

/** A photo is dragged by the pointer; where it would land is marked between two others. */
export class CardDrag {
  /** Mark before this photo; null when there is none. */
  before: string | null = null;
  /** Mark after this photo; null when there is none. */
  after: string | null = null;
  #host: ReactiveControllerHost;
  #isRtl: () => boolean;
  #onDrop: (id: string, to: number) => void;
  #held: Held | null = null;
  #frame = 0;

  constructor(
    host: ReactiveControllerHost,
    isRtl: () => boolean,
    onDrop: (id: string, to: number) => void,
  ) {
    this.#host = host;
    this.#isRtl = isRtl;
    this.#onDrop = onDrop;
  }

  /** The photo that moves; null while none does. */
  get id(): string | null {
    return this.#held?.moving ? this.#held.id : null;
  }

  /** For `pointerdown` on what a photo is held by. */
  start(event: PointerEvent, id: string): void {
    const handle = event.currentTarget as HTMLElement;
    const card = handle.closest<HTMLElement>('.card');
    const grid = card?.parentElement;
    if (event.button !== 0 || !card || !grid || this.#held) return;
    const { pointerId, clientX: x, clientY: y } = event;
    const gridBox = grid.getBoundingClientRect();
    this.#held = { id, card, grid, pointerId, startX: x, startY: y, gridBox, x, y, moving: false };
    document.addEventListener('pointermove', this.#move);
    document.addEventListener('pointerup', this.#up);
    document.addEventListener('pointercancel', this.cancel);
    document.addEventListener('keydown', this.#key, true);
  }

  cancel = (): void => {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    this.before = this.after = null;
    cancelAnimationFrame(this.#frame);
    held.card.style.removeProperty('translate');
    document.removeEventListener('pointermove', this.#move);
    document.removeEventListener('pointerup', this.#up);
    document.removeEventListener('pointercancel', this.cancel);
    document.removeEventListener('keydown', this.#key, true);
    this.#host.requestUpdate();
  };

  #move = (event: PointerEvent): void => {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointerId) return;
    held.x = event.clientX;
    held.y = event.clientY;
    if (held.moving) return;
    if (Math.hypot(held.x - held.startX, held.y - held.startY) < STARTS_AFTER_PX) return;
    held.moving = true;
    this.#follow();
  };

  #up = (event: PointerEvent): void => {
    const held = this.#held;
    if (!held || event.pointerId !== held.pointerId) return;
    const target = held.moving ? this.#target(held) : null;
    // The click that ends a drag is none.
    if (held.moving) held.card.addEventListener('click', stopOnce, { capture: true, once: true });
    setTimeout(() => held.card.removeEventListener('click', stopOnce, { capture: true }));
    this.cancel();
    if (target) this.#onDrop(held.id, target.index);
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.id) return;
    event.stopPropagation();
    this.cancel();
  };

  #follow = (): void => {
    const held = this.#held;
    if (!held) return;
    scrollAtEdges(held.y);
    const now = held.grid.getBoundingClientRect();
    const x = held.x - held.startX - (now.left - held.gridBox.left);
    const y = held.y - held.startY - (now.top - held.gridBox.top);
    held.card.style.setProperty('translate', `${x}px ${y}px`);
    const target = this.#target(held);
    if (target?.before !== this.before || target?.after !== this.after) {
      this.before = target?.before ?? null;
      this.after = target?.after ?? null;
      this.#host.requestUpdate();
    }
    this.#frame = requestAnimationFrame(this.#follow);
  };

  /** The place between others that the pointer is nearest to. */
  #target({ card, grid, id, x, y }: Held): {
    index: number;
    before: string | null;
    after: string | null;
  } | null {
    const others = [...grid.children].filter(
      (other): other is HTMLElement => other instanceof HTMLElement && other !== card,
    );
    const boxes = others.map((other) => other.getBoundingClientRect());
    const nearest = boxes.reduce(
      (best, box, index) =>
        distance(box, x, y) < distance(boxes[best] ?? box, x, y) ? index : best,
      0,
    );
    const [first, box] = [boxes[0], boxes[nearest]];
    if (!first || !box) return null;
    const column = boxes.every(({ left }) => Math.abs(left - first.left) < 1);
    const late = column
      ? y > (box.top + box.bottom) / 2
      : x > (box.left + box.right) / 2 !== this.#isRtl();
    const nearestId = others[nearest]?.dataset['id'] ?? id;
    return {
      index: nearest + (late ? 1 : 0),
      before: late ? null : nearestId,
      after: late ? nearestId : null,
    };
  }
}

function stopOnce(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

function distance(box: Box, x: number, y: number): number {
  return Math.hypot(
    Math.max(box.left - x, 0, x - box.right),
    Math.max(box.top - y, 0, y - box.bottom),
  );
}

function scrollAtEdges(y: number): void {
  const over = y < EDGE_PX ? y - EDGE_PX : Math.max(0, y - (window.innerHeight - EDGE_PX));
  if (over !== 0) window.scrollBy(0, over / 4);
}
