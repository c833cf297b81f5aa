import type { PanZoom } from './pan-zoom.ts';

export interface ZoomGestureTarget {
  /** The position changed; `animate` when it jumped. */
  moved(animate: boolean): void;
  /** A swipe at scale 1, in reading direction of the screen: -1 to the left, 1 to the right. */
  swiped(direction: -1 | 1): void;
}

/** Fingers, mouse and wheel on a frame become a PanZoom's position. */
export function zoomGestures(
  frame: HTMLElement,
  view: PanZoom,
  target: ZoomGestureTarget,
  signal: AbortSignal,
): void {
  const pointers = new Map<number, PointerEvent>();
  let start = { x: 0, y: 0 };
  let single = true;
  let lastTap = 0;

  const fromMiddle = (x: number, y: number): [number, number] => {
    const box = frame.getBoundingClientRect();
    return [x - box.left - box.width / 2, y - box.top - box.height / 2];
  };
  const toggle = (event: PointerEvent): void => {
    if (view.zoomed) view.reset();
    else view.zoomBy(2.5, ...fromMiddle(event.clientX, event.clientY));
    target.moved(true);
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    frame.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    single = pointers.size === 1;
    start = { x: event.clientX, y: event.clientY };
  };
  const move = (event: PointerEvent): void => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    pointers.set(event.pointerId, event);
    const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    if (other) {
      const apart = (one: PointerEvent): number =>
        Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      view.zoomBy(
        apart(event) / Math.max(1, apart(before)),
        ...fromMiddle((event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2),
      );
    }
    if (view.zoomed) {
      const share = 1 / pointers.size;
      view.panBy(
        (event.clientX - before.clientX) * share,
        (event.clientY - before.clientY) * share,
      );
    }
    target.moved(false);
  };
  const up = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId) || !single || event.type === 'pointercancel') return;
    const x = event.clientX - start.x;
    const y = event.clientY - start.y;
    if (Math.hypot(x, y) < 8) {
      const again = event.timeStamp - lastTap < 320;
      lastTap = again ? 0 : event.timeStamp;
      if (again) toggle(event);
    } else if (!view.zoomed && Math.abs(x) > 48 && Math.abs(x) > 1.5 * Math.abs(y)) {
      target.swiped(x < 0 ? -1 : 1);
    }
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    view.zoomBy(Math.exp(-event.deltaY / 300), ...fromMiddle(event.clientX, event.clientY));
    target.moved(false);
  };

  frame.addEventListener('pointerdown', down, { signal });
  frame.addEventListener('pointermove', move, { signal });
  frame.addEventListener('pointerup', up, { signal });
  frame.addEventListener('pointercancel', up, { signal });
  frame.addEventListener('wheel', wheel, { signal, passive: false });
}
