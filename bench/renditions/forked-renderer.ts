import { fork } from 'node:child_process';
import { JPEG, WEBP } from '../../server/media/rendition-plan.ts';

export interface Renderer {
  render(path: string, widths: readonly number[]): Promise<void>;
  close(): void;
}

/** A script that makes renditions, in so many processes, which take turns. */
export function forkRenderer(script: URL, processes: number): Renderer {
  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const children = Array.from({ length: processes }, () => {
    const child = fork(script, { execArgv: [] });
    child.on('message', ({ id }: { id: number }) => {
      waiting.get(id)?.resolve();
      waiting.delete(id);
    });
    child.once('exit', () => {
      for (const { reject } of waiting.values()) reject(new Error(`${script.pathname} ended`));
    });
    return child;
  });
  let asked = 0;
  return {
    render(path, widths) {
      const id = asked++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        children[id % processes]?.send({ id, path, widths, webp: WEBP, jpeg: JPEG });
      });
    },
    close() {
      waiting.clear();
      for (const child of children) child.kill();
    },
  };
}
