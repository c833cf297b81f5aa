/**
 * Lets a mouse pull a scroller as a finger does. Touch and pen are left to the
 * browser, which does it better. `settle` is told which way it was thrown:
 * -1, 0 or 1 in scroll direction.
 */
export function dragScroll(
  scroller: HTMLElement,
  start: PointerEvent,
  settle: (throwDirection: number) => void,
): void {
  if (start.pointerType !== 'mouse' || start.button !== 0) return;
  const from = scroller.scrollLeft;
  const controller = new AbortController();
  const { signal } = controller;
  let moved = false;
  let distance = 0;
  const move = (event: PointerEvent): void => {
    distance = start.clientX - event.clientX;
    if (!moved && Math.abs(distance) < 6) return;
    if (!moved) {
      moved = true;
      scroller.setPointerCapture(start.pointerId);
      scroller.classList.add('dragging');
    }
    scroller.scrollLeft = from + distance;
  };
  const end = (): void => {
    controller.abort();
    if (!moved) return;
    settle(Math.abs(distance) > scroller.clientWidth * 0.12 ? Math.sign(distance) : 0);
    scroller.classList.remove('dragging');
  };
  scroller.addEventListener('pointermove', move, { signal });
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    scroller.addEventListener(type, end, { signal });
  }
}
