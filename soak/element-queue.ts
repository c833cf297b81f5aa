import { request } from 'node:http';
import { ApiClient } from '../widget/api/api-client.ts';
import { hashBlob } from '../widget/uploader/hash/hash-blob.ts';
import { checkFile } from '../widget/uploader/queue/check-file.ts';
import type { QueueEvent } from '../widget/uploader/queue/queue-options.ts';
import type { Send } from '../widget/uploader/queue/run.ts';
import { UploadApi } from '../widget/uploader/queue/upload-api.ts';
import { UploadQueue } from '../widget/uploader/queue/upload-queue.ts';

const FILES_AT_ONCE = 3;
/** As the element does: without a byte for so long, a connection is given up. */
const STALLED_MS = 60_000;
const LIMITS = { image: 25_000_000, video: 100_000_000 };

export interface ElementQueueOptions {
  url: string;
  token: string;
  vehicleId: string;
  onEvent(event: QueueEvent): void;
}

/** The element's own queue, with its patience and its rules, without a page around it. */
export function elementQueue({ url, token, vehicleId, onEvent }: ElementQueueOptions): UploadQueue {
  const client = new ApiClient(
    { endpoint: `${url}/graphql`, embedKey: null, token, tokenProvider: null },
    () => {},
  );
  return new UploadQueue({
    api: new UploadApi((document, variables, signal) =>
      client.request(document, variables, signal),
    ),
    send,
    vehicleId: () => vehicleId,
    concurrency: () => FILES_AT_ONCE,
    maxFiles: () => null,
    validate: async () => {},
    check: (file) => checkFile(file, LIMITS),
    transform: () => null,
    prepare: async (file, type) => ({ file, type }),
    hash: (file, signal) => hashBlob(file, { signal }),
    online: () => null,
    nextOnline: () => new Promise(() => {}),
    onChange: () => {},
    onEvent,
  });
}

/** One PUT on a connection of its own; whatever breaks it is a status of 0, as in a browser. */
const send: Send = (address, body, { signal, onProgress }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const call = request(address.url, {
      method: 'PUT',
      headers: {
        ...Object.fromEntries(address.headers.map(({ name, value }) => [name, value])),
        'content-length': body.size,
      },
      agent: false,
      timeout: STALLED_MS,
    });
    const cancel = () => {
      reject(signal.reason);
      call.destroy();
    };
    signal.addEventListener('abort', cancel, { once: true });
    const end = (status: number) => {
      signal.removeEventListener('abort', cancel);
      resolve({ status });
    };
    call.on('timeout', () => call.destroy());
    call.on('error', () => end(0));
    call.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
      end(response.statusCode ?? 0);
    });
    void body.arrayBuffer().then((bytes) => {
      call.end(new Uint8Array(bytes), () => onProgress(bytes.byteLength));
    });
  });
