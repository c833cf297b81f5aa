/** Null while the system has a network, as far as it knows; otherwise resolves when it has, or rejects with the signal's reason. */
export function whenOnline(signal: AbortSignal): Promise<void> | null {
  if (navigator.onLine) return null;
  return new Promise((resolve, reject) => {
    addEventListener('online', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
