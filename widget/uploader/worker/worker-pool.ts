const IDLE_MS = 10_000;

/** A worker never came to life: the page's policy forbids it, or its script did not load. */
export class WorkerUnavailable extends Error {
  override readonly name = 'WorkerUnavailable';
}

/** A module that is at work in a worker of its name, and a library elsewhere. */
export interface WorkerModule {
  /** Where it was loaded from: a worker imports it from there again. */
  readonly moduleUrl: string;
  readonly name: string;
}

/**
 * Module workers, as many as are asked at a time, each with one request at a
 * time. A worker of another origin is refused by browsers, so each starts
 * from a Blob that imports the real module.
 */
export class WorkerPool<Request, Reply> {
  #idle: Worker[] = [];
  #workersWork = typeof Worker === 'function';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws WorkerUnavailable; the signal's reason when it fires, which ends the worker. */
  async ask(module: WorkerModule, request: Request, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    if (!this.#workersWork) throw new WorkerUnavailable('No worker started before.');
    clearTimeout(this.#timer);
    try {
      const worker = this.#idle.pop() ?? startWorker(module);
      const reply = await ask<Request, Reply>(worker, request, signal);
      this.#idle.push(worker);
      return reply;
    } catch (error) {
      if (error instanceof WorkerUnavailable) this.#workersWork = false;
      throw error;
    } finally {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.dispose(), IDLE_MS);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const worker of this.#idle.splice(0)) worker.terminate();
  }
}

function startWorker({ moduleUrl, name }: WorkerModule): Worker {
  // A dynamic import is held to `script-src`, which lets the element itself in; a static one to `worker-src`.
  const source = `const early = [];
    onmessage = (event) => early.push(event);
    import(${JSON.stringify(moduleUrl)}).then(
      () => early.forEach((event) => onmessage(event)),
      (error) => setTimeout(() => { throw error; }),
    );`;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    const worker = new Worker(trusted(url), { type: 'module', name });
    const read = (): void => URL.revokeObjectURL(url);
    for (const event of ['message', 'error']) worker.addEventListener(event, read, { once: true });
    return worker;
  } catch (cause) {
    URL.revokeObjectURL(url);
    throw new WorkerUnavailable('The page forbids workers.', { cause });
  }
}

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(url: string): URL };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** For pages that allow only workers of named policies: this one's name is `vehicle-media`. */
function trusted(url: string): string | URL {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy('vehicle-media', { createScriptURL: (own: string) => own });
  return policy ? policy.createScriptURL(url) : url;
}

function ask<Request, Reply>(
  worker: Worker,
  request: Request,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      worker.terminate();
      reject(reason);
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      signal.removeEventListener('abort', onAbort);
      resolve(data);
    };
    worker.onerror = () => {
      signal.removeEventListener('abort', onAbort);
      fail(new WorkerUnavailable('The worker did not start.'));
    };
    worker.postMessage(request);
  });
}
