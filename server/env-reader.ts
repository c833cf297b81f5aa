/** Reads variables one at a time and keeps every problem, so that all can be told at once. */
export class EnvReader {
  readonly problems: string[] = [];
  readonly #source: NodeJS.ProcessEnv;

  constructor(source: NodeJS.ProcessEnv) {
    this.#source = source;
  }

  problem(sentence: string): void {
    this.problems.push(sentence);
  }

  /** Null when unset or empty. */
  text(name: string): string | null {
    const value = this.#source[name]?.trim();
    return value ? value : null;
  }

  integer(name: string, limits: { fallback: number; min: number; max: number }): number {
    const value = this.text(name);
    if (value === null) return limits.fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= limits.min && number <= limits.max) return number;
    this.problem(
      `${name} is ${JSON.stringify(value)}. Use a whole number from ${limits.min} to ${limits.max}, or unset it for ${limits.fallback}.`,
    );
    return limits.fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true';
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === null) return fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.problem(
      `${name} is ${JSON.stringify(value)}. Use one of ${allowed.join(', ')}, or unset it for ${fallback}.`,
    );
    return fallback;
  }

  /** An http(s) address without its trailing slash. */
  url(name: string): string | null {
    const value = this.text(name);
    if (value === null) return null;
    if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) {
      return value.replace(/\/+$/, '');
    }
    this.problem(
      `${name} is ${JSON.stringify(value)}. Use an address that starts with http:// or https://.`,
    );
    return null;
  }
}
