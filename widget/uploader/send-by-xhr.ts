import type { Send } from './queue/run.ts';

/** Without a byte for so long, a connection is given up. */
const STALLED_MS = 60_000;

/** PUTs bytes by XMLHttpRequest: the only way to see bytes leave, and faster than fetch. */
export const sendByXhr: Send = (address, body, { signal, onProgress }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    let stalled: ReturnType<typeof setTimeout>;
    const watch = (): void => {
      clearTimeout(stalled);
      stalled = setTimeout(() => xhr.abort(), STALLED_MS);
    };
    const cancel = (): void => {
      // Aborting ends it at once, as if the connection were lost.
      reject(signal.reason);
      xhr.abort();
    };
    signal.addEventListener('abort', cancel, { once: true });
    xhr.upload.onprogress = ({ loaded }) => {
      watch();
      onProgress(loaded);
    };
    xhr.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', cancel);
      const { status } = xhr;
      const busy = status === 429 || status === 503;
      const seconds = busy ? Number(xhr.getResponseHeader('retry-after')) : 0;
      resolve({ status, retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined });
    };
    xhr.open('PUT', address.url);
    for (const { name, value } of address.headers) xhr.setRequestHeader(name, value);
    watch();
    xhr.send(body);
  });
