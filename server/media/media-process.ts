import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority, tmpdir } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Logger } from 'pino';
import { codeRangeBytes } from './code-range.ts';
import { failpoint } from '../failpoint.ts';
import { MediaFailure } from './media-failure.ts';
import type { Reply, Task } from './process-messages.ts';

const MIB = 2 ** 20;
const START_TIMEOUT_MS = 30_000;
/** A process that nobody needs gives its memory back after this time. */
const IDLE_MS = 60_000;
/** Pixels live outside of the heap, the tables of a long video in it. */
const HEAP_MB = { image: 128, video: 384 };
/** Of a busy core the server gets three times as much. */
const NICENESS = 5;
/** Above the bound on resident memory: what is mapped but unused, and what one check may miss. */
const DATA_HEADROOM_MB = 256;
const STDERR_CHARS = 8_000;
const SHELL = '/bin/sh';
/** The shell that sets the limit becomes the process. */
const LIMITED = 'ulimit -d "$0" 2>/dev/null; exec "$@"';

export type MediaProcessKind = 'image' | 'video';

/**
 * One process that reads what was uploaded. It sees nothing of the server's environment, yields
 * the CPU to the server, and dies when it needs more than `memoryMb`: by its own
 * check of resident memory, or at the system's limit where there is one.
 */
export class MediaProcess<Job extends object, Result> {
  readonly #child: ChildProcess;
  readonly #memoryBytes: number;
  readonly #log: Logger;
  readonly #closed = new AbortController();
  readonly #exited: Promise<void>;
  readonly #ready: Promise<Reply<Result>>;
  #idle: NodeJS.Timeout | undefined;
  #stopReason: unknown;
  #stderr = '';

  constructor({ kind, memoryMb, log }: { kind: MediaProcessKind; memoryMb: number; log: Logger }) {
    this.#memoryBytes = memoryMb * MIB;
    this.#child = start(kind, memoryMb);
    this.#log = log.child({ [`${kind}Process`]: this.#child.pid });
    this.#log.debug(`${kind} process started`);
    this.#child.on('error', (error) => this.#log.error({ err: error }, `${kind} process failed`));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        const level = this.#child.killed ? 'debug' : 'warn';
        this.#log[level]({ code, signal, stderr: this.#stderr }, `${kind} process ended`);
        this.#closed.abort(new Error(`${kind} process ended (${signal ?? code})`));
        resolve();
      });
    });
    this.#ready = this.#nextReply();
    this.#ready.catch(() => undefined);
  }

  /** False from the moment that it is killed or gone. */
  get usable(): boolean {
    return this.#child.connected && !this.#child.killed;
  }

  /**
   * One job at a time. Rejects with {@link MediaFailure}, or with the reason of
   * `signal`; where that costs the process its life, after its end.
   */
  async run(job: Job, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Result> {
    options.signal?.throwIfAborted();
    clearTimeout(this.#idle);
    const reply = await this.#answerTo(job, options);
    const tired = reply.rss > this.#memoryBytes / 2;
    const broken = reply.kind === 'failed' && isOfTheProcess(reply);
    // What fragmentation keeps would count against the next job.
    if (tired || broken) await this.kill();
    else this.#idle = setTimeout(() => void this.kill(), IDLE_MS).unref();
    if (reply.kind === 'done') return reply.result;
    const { code, detail, systemCode } = reply;
    throw new MediaFailure(code, {
      cause: systemCode ? Object.assign(new Error(detail), { code: systemCode }) : detail,
    });
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    clearTimeout(this.#idle);
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #answerTo(
    job: Job,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Exclude<Reply<Result>, { kind: 'ready' }>> {
    const onAbort = () => this.#stop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    let timer = this.#stopAfter(START_TIMEOUT_MS, 'INTERNAL');
    try {
      await this.#ready;
      clearTimeout(timer);
      timer = this.#stopAfter(timeoutMs, 'PROCESSING_TIMEOUT');
      const answer = this.#nextReply();
      const task: Task<Job> = { ...job, maxBytes: this.#memoryBytes };
      this.#child.send(task);
      await failpoint('media-decoding');
      const reply = await answer;
      if (reply.kind === 'ready') throw new Error('an answer was expected');
      return reply;
    } catch (error) {
      await this.kill();
      throw (
        this.#stopReason ??
        new MediaFailure(this.#ranOutOfHeap ? 'OUT_OF_MEMORY' : 'INTERNAL', { cause: error })
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** V8 ends a process whose heap is full, and says so. */
  get #ranOutOfHeap(): boolean {
    return this.#stderr.includes('heap out of memory');
  }

  #stopAfter(delayMs: number, code: 'INTERNAL' | 'PROCESSING_TIMEOUT'): NodeJS.Timeout {
    const cause = `no answer within ${delayMs} ms`;
    return setTimeout(() => this.#stop(new MediaFailure(code, { cause })), delayMs);
  }

  #stop(reason: unknown): void {
    this.#stopReason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #nextReply(): Promise<Reply<Result>> {
    const [reply] = await once(this.#child, 'message', { signal: this.#closed.signal });
    return reply as Reply<Result>;
  }
}

function isOfTheProcess({ code }: { code: string }): boolean {
  return code === 'OUT_OF_MEMORY' || code === 'INTERNAL';
}

function start(kind: MediaProcessKind, memoryMb: number): ChildProcess {
  const command = [process.execPath, `--max-old-space-size=${HEAP_MB[kind]}`, ...entry(kind)];
  const dataKib = (memoryMb + DATA_HEADROOM_MB) * 1024 + Math.ceil(codeRangeBytes() / 1024);
  const limited =
    process.platform === 'linux' && existsSync(SHELL)
      ? [SHELL, '-c', LIMITED, String(dataKib), ...command]
      : command;
  const child = spawn(limited[0]!, limited.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // Two arenas: with one for each thread glibc keeps freed pictures.
    env: { MALLOC_ARENA_MAX: '2', TMPDIR: tmpdir() },
  });
  if (child.pid !== undefined) yieldCpu(child.pid);
  return child;
}

/** Sources run as they are, through tsx where Node cannot; a build runs built. */
function entry(kind: MediaProcessKind): string[] {
  const extension = extname(fileURLToPath(import.meta.url));
  const script = fileURLToPath(new URL(`./${kind}-child${extension}`, import.meta.url));
  const runsNatively =
    extension !== '.ts' || ('typescript' in process.features && process.features.typescript);
  if (runsNatively) return [script];
  const loader = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(loader).href, script];
}

function yieldCpu(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It is gone already, or the system does not allow it: both are harmless.
  }
}
