import { GraphQLError } from 'graphql';
import type { YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';

/**
 * What Yoga tells beside errors is about its own start. Errors of GraphQL stay
 * out: they quote the document, which may hold a password, and what is the
 * server's fault is logged when it is masked.
 */
export function createYogaLogger(log: Logger): YogaLogger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...args: unknown[]): void => {
      if (args.some((arg) => arg instanceof GraphQLError)) return;
      const err = args.find((arg) => arg instanceof Error);
      const text = args.filter((arg) => arg !== err && typeof arg === 'string').join(' ');
      // What comes without a text was masked, and logged then.
      if (text === '') log.debug({ err }, 'an error was masked');
      else log[level]({ ...(err && { err }) }, text);
    };
  return {
    debug: write('debug'),
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}
