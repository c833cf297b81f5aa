import { MediaFailure } from './media-failure.ts';
import type { Reply, Task } from './process-messages.ts';

const MEMORY_CHECK_MS = 20;

/** Makes this process do what the server sends it: what nobody vouches for, one task at a time. */
export function serveTasks<Job, Result>(work: (job: Job) => Promise<Result>): void {
  async function run(task: Task<Job>): Promise<void> {
    const watch = setInterval(() => {
      const rss = process.memoryUsage.rss();
      if (rss <= task.maxBytes) return;
      reply({ kind: 'failed', code: 'OUT_OF_MEMORY', detail: `${rss} bytes resident`, rss }, die);
    }, MEMORY_CHECK_MS);
    try {
      const result = await work(task);
      reply({ kind: 'done', result, rss: process.memoryUsage.rss() });
    } catch (error) {
      const code = error instanceof MediaFailure ? error.code : 'INTERNAL';
      const detail = String(error instanceof MediaFailure ? error.cause : error);
      const { code: systemCode } = error as NodeJS.ErrnoException;
      reply({
        kind: 'failed',
        code,
        detail,
        systemCode: code === 'INTERNAL' ? systemCode : undefined,
        rss: process.memoryUsage.rss(),
      });
    } finally {
      clearInterval(watch);
    }
  }

  // Ctrl-C reaches the whole group; when a task is given up is the server's decision.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('message', (task) => void run(task as Task<Job>));
  process.on('disconnect', die);
  reply({ kind: 'ready' });

  function reply(message: Reply<Result>, sent: () => void = () => undefined): void {
    process.send?.(message, undefined, undefined, sent);
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
