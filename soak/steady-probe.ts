/** What a probe has met in one phase. */
export interface Probed {
  count: number;
  /** By what came: an HTTP status, or why none did. */
  answers: Record<string, number>;
  slowestMs: number;
}

export interface SteadyProbe {
  /** By the names that `phase` gave when each probe began. */
  readonly phases: Readonly<Record<string, Probed>>;
  /** Resolves when every probe has its answer. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** Asks at a steady rate, whether or not what was asked before has been answered. */
export function steadyProbe(
  everyMs: number,
  phase: () => string,
  ask: (signal: AbortSignal) => Promise<string>,
): SteadyProbe {
  const phases: Record<string, Probed> = {};
  const open = new Set<Promise<void>>();
  async function probe(): Promise<void> {
    const probed = (phases[phase()] ??= { count: 0, answers: {}, slowestMs: 0 });
    const started = performance.now();
    const answer = await ask(AbortSignal.timeout(PATIENCE_MS)).catch(
      (error: Error) => `${error.name}: ${error.message}`,
    );
    probed.count += 1;
    probed.answers[answer] = (probed.answers[answer] ?? 0) + 1;
    probed.slowestMs = Math.max(probed.slowestMs, Math.round(performance.now() - started));
  }
  const timer = setInterval(() => {
    const probing = probe().finally(() => open.delete(probing));
    open.add(probing);
  }, everyMs);
  return {
    phases,
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}
