import { Duplex } from 'node:stream';

/**
 * The other end of the PostgreSQL wire protocol as node-postgres wants to see
 * it: a socket. Each write is one or more whole messages, since node-postgres
 * corks the messages of a query together.
 */
export class WireStream extends Duplex {
  readonly #send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void, onDestroy: () => void) {
    super({ decodeStrings: true });
    this.#send = send;
    this.once('close', onDestroy);
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk);
    done();
  }

  override _writev(writes: { chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(writes.map((write) => write.chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
