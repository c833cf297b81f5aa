/** Does something once the page has nothing better to do, and within two seconds. */
export function whenIdle(action: () => unknown): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(action, { timeout: 2000 });
  else setTimeout(action, 200);
}
