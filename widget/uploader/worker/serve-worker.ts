interface WorkerScope {
  readonly name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(reply: unknown): void;
}

/** In the worker of this name, posts an answer to every message; does nothing on a page. */
export function serveWorker<Request, Reply>(
  name: string,
  answer: (request: Request) => Promise<Reply>,
): void {
  const scope = globalThis as unknown as WorkerScope;
  if (scope.name !== name || typeof document !== 'undefined') return;
  scope.onmessage = ({ data }: MessageEvent<Request>) =>
    void answer(data).then((reply) => scope.postMessage(reply));
}
