import type { LatePartHost } from './late-part.ts';

export interface SlideTrackHost extends LatePartHost {
  readonly direction: 'ltr' | 'rtl';
}

/**
 * The scroller of the slides: the browser does the moving, this tells which
 * slide a person has moved to, and moves to one without calling that a swipe.
 */
export class SlideTrack {
  /** Of the stage, in CSS pixels; 0 until it is drawn. */
  size = { width: 0, height: 0 };
  #host: SlideTrackHost;
  #onswipe: (index: number) => void;
  #element: HTMLElement | null = null;
  #index = 0;
  /** While a scroll goes on that was begun here. */
  #moving = false;
  #end: ReturnType<typeof setTimeout> | undefined;
  #drag: typeof import('./drag-scroll.ts') | undefined;
  #pressedAt = 0;
  #resize: ResizeObserver | undefined;

  constructor(host: SlideTrackHost, onswipe: (index: number) => void) {
    this.#host = host;
    this.#onswipe = onswipe;
  }

  /** After each rendering: finds its element, and aligns it when the slides around the current one changed. */
  rendered(index: number, changed: boolean): void {
    this.#index = index;
    const element = this.#host.renderRoot.querySelector<HTMLElement>('.track');
    if (element !== this.#element) {
      this.disconnect();
      this.#element = element;
      if (element) {
        this.#resize = new ResizeObserver(this.#measure);
        this.#resize.observe(element);
        this.#measure();
      }
    } else if (changed) this.show(index, 'instant');
  }

  disconnect(): void {
    this.#resize?.disconnect();
    this.#element = null;
    clearTimeout(this.#end);
  }

  show(index: number, behavior: ScrollBehavior): void {
    this.#index = index;
    const slide = this.#element?.children[index] as HTMLElement | undefined;
    if (!slide) return;
    this.#moving = true;
    this.#element?.scrollTo({ left: slide.offsetLeft, behavior });
    this.#awaitEnd();
  }

  /** Whether a click ends a pull of the mouse. */
  pulled(click: MouseEvent): boolean {
    return Math.abs(click.clientX - this.#pressedAt) > 6;
  }

  onscroll = (): void => {
    if (!this.#moving) this.#follow();
    this.#awaitEnd();
  };

  onwheel = (): void => {
    this.#moving = false;
  };

  /** Touch scrolls natively; only a mouse needs code to pull the track. */
  onpointerenter = async (event: PointerEvent): Promise<void> => {
    if (event.pointerType === 'mouse') this.#drag ??= await import('./drag-scroll.ts');
  };

  onpointerdown = (event: PointerEvent): void => {
    this.#moving = false;
    this.#pressedAt = event.clientX;
    const from = this.#index;
    const track = event.currentTarget as HTMLElement;
    this.#drag?.dragScroll(track, event, (thrown) => {
      const to = from + (this.#host.direction === 'rtl' ? -thrown : thrown);
      if (to !== this.#index && track.children[to]) this.#onswipe(to);
      this.show(track.children[to] ? to : from, 'smooth');
    });
  };

  /** Safari has no `scrollend` yet: a moment without scrolling is the end. */
  #awaitEnd(): void {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => {
      this.#moving = false;
      this.#follow();
    }, 160);
  }

  /** Tells when another slide is in view. */
  #follow(): void {
    const { clientWidth = 0, scrollLeft = 0, childElementCount = 0 } = this.#element ?? {};
    const index = Math.round(Math.abs(scrollLeft) / clientWidth);
    if (index === this.#index || !(index < childElementCount)) return;
    this.#index = index;
    this.#onswipe(index);
  }

  #measure = (): void => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = this.#element ?? {};
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    this.show(this.#index, 'instant');
    this.#host.requestUpdate();
  };
}
