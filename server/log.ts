import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

const SECRET_PATHS = ['password', 'token', 'authorization', 'secretAccessKey', 'appSecret'];

/** Structured logs without secrets: neither credentials nor what signs a URL. Standard output by default. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    redact: {
      paths: SECRET_PATHS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
    serializers: {
      err: (error: unknown) => {
        const plain = pino.stdSerializers.err(error as Error);
        return {
          ...plain,
          message: withoutSignatures(plain.message),
          stack: withoutSignatures(plain.stack),
        };
      },
      url: (value: unknown) => withoutSignatures(String(value)),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

const SIGNED =
  /((?:X-Amz-(?:Signature|Credential|Security-Token)|token)=)[^&\s"]+|(\/storage\/upload\/|\bfc[ku]_)[\w.~-]+/gi;

function withoutSignatures(text: string): string {
  return text.replace(
    SIGNED,
    (_, name: string | undefined, path: string | undefined) => `${name ?? path}[redacted]`,
  );
}
