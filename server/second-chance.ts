/** What was made for texts, of the most useful so many. */
export interface SecondChance<Value> {
  find(key: string): Value | undefined;
  keep(key: string, value: Value): void;
  forget(key: string): void;
}

/**
 * When there is no room, the oldest goes, unless somebody has asked for it: then
 * it counts as new once more. Nothing moves when it is found: a Map that is
 * reordered with each request leaves tables behind, each of which leads to the
 * next, and V8 collects none of them before it looks through all of memory.
 */
export function createSecondChance<Value>(limit: number): SecondChance<Value> {
  const entries = new Map<string, { value: Value; asked: boolean }>();

  function makeRoom(): void {
    for (const [key, entry] of entries) {
      entries.delete(key);
      if (!entry.asked) return;
      entry.asked = false;
      entries.set(key, entry);
    }
  }

  return {
    find(key) {
      const entry = entries.get(key);
      if (entry) entry.asked = true;
      return entry?.value;
    },
    keep(key, value) {
      if (entries.size >= limit && !entries.has(key)) makeRoom();
      entries.set(key, { value, asked: false });
    },
    forget: (key) => void entries.delete(key),
  };
}
