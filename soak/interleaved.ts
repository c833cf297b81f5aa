/**
 * Sends so many of each kind, all at the same moment and the kinds in turn, so
 * that none of them has the server to itself. Resolves to the answers by kind.
 */
export function interleaved<T>(
  count: number,
  kinds: readonly ((turn: number) => Promise<T>)[],
): Promise<T[][]> {
  const sent: Promise<T>[][] = kinds.map(() => []);
  for (let turn = 0; turn < count; turn += 1) {
    for (const [index, send] of kinds.entries()) sent[index]?.push(send(turn));
  }
  return Promise.all(sent.map((answers) => Promise.all(answers)));
}

/** `items` in groups of at most so many. */
export function grouped<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
