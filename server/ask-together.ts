/** Who asks what is being asked already gets the answer of that. */
export type AskTogether<T> = (question: string, ask: () => Promise<T>) => Promise<T>;

/** Asks one question at most once at any moment; answers are not kept. */
export function createAskTogether<T>(): AskTogether<T> {
  const asked = new Map<string, Promise<T>>();
  return (question, ask) => {
    const same = asked.get(question);
    if (same) return same;
    const answer = ask().finally(() => asked.delete(question));
    asked.set(question, answer);
    return answer;
  };
}
