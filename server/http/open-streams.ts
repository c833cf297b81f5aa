/** How many streams an address has open, over WebSocket and server-sent events together. */
export interface OpenStreams {
  /** Counts one more, until the function that it returns is called; null when there are too many. */
  enter(address: string): (() => void) | null;
}

export function createOpenStreams(maxPerAddress: number): OpenStreams {
  const open = new Map<string, number>();
  return {
    enter(address) {
      const count = open.get(address) ?? 0;
      if (count >= maxPerAddress) return null;
      open.set(address, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const now = (open.get(address) ?? 1) - 1;
        if (now > 0) open.set(address, now);
        else open.delete(address);
      };
    },
  };
}
