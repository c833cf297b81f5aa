/**
 * A controller of its own that aborts with a signal, too. Browsers of 2023
 * lack `AbortSignal.any` alone of what the uploader needs.
 */
export function linkedAbort(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true, signal: controller.signal });
  return controller;
}
