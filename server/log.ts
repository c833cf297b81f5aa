import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { withoutSecrets } from './without-secrets.ts';

/** Structured logs without credentials and e-mail addresses. Standard output by default. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    hooks: { streamWrite: withoutSecrets },
    serializers: {
      // What a query string asks for is nobody's business here.
      url: (value: unknown) => String(value).split('?')[0],
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
