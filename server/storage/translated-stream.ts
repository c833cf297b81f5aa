import { PassThrough, type Readable } from 'node:stream';

/** The same bytes; a failure of the source reaches the reader as `translate` names it. */
export function translatedStream(source: Readable, translate: (error: unknown) => Error): Readable {
  const out = new PassThrough();
  source.on('error', (error) => out.destroy(translate(error)));
  out.on('close', () => source.destroy());
  return source.pipe(out);
}
