import { readdir, readFile } from 'node:fs/promises';

const EVERY_MS = 100;

export interface MemoryWatch {
  /** Resident bytes of the process since the last call, at most. */
  peak(): number;
  /** Of any one child process since the beginning. */
  readonly childPeak: number;
  stop(): void;
}

/** Looks at the resident memory of a process and of its children ten times a second. */
export function watchMemory(pid: number): MemoryWatch {
  let peak = 0;
  let childPeak = 0;
  const look = async () => {
    peak = Math.max(peak, await residentBytes(pid));
    for (const child of await childrenOf(pid)) {
      childPeak = Math.max(childPeak, await residentBytes(child));
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return {
    peak() {
      const highest = peak;
      peak = 0;
      return highest;
    },
    get childPeak() {
      return childPeak;
    },
    stop: () => clearInterval(timer),
  };
}

/** 0 for one that is gone. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''),
    ),
  );
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}
