/** Null while the system has a network, as far as it knows; otherwise {@link nextOnline}. */
export function whenOnline(signal: AbortSignal): Promise<void> | null {
  return navigator.onLine ? null : nextOnline(signal);
}

/** Resolves when the system finds a network the next time, or rejects with the signal's reason. */
export function nextOnline(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    addEventListener('online', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
