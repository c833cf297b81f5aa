/** One event in the words of one rendering, ready for the sockets of all who are sent it. */
export class EventFrame {
  /** The result as JSON. */
  readonly #json: string;
  #sse: Buffer | null = null;
  #sseChunk: Buffer | null = null;
  /** By the id of the subscription: clients that count use the same few. */
  readonly #webSocket = new Map<string, Buffer>();

  constructor(json: string) {
    this.#json = json;
  }

  /** As a server-sent event. */
  get sse(): Buffer {
    return (this.#sse ??= Buffer.from(`event: next\ndata: ${this.#json}\n\n`));
  }

  /** The same as a chunk of HTTP/1.1. */
  get sseChunk(): Buffer {
    return (this.#sseChunk ??= Buffer.concat([
      Buffer.from(`${this.sse.length.toString(16)}\r\n`),
      this.sse,
      Buffer.from('\r\n'),
    ]));
  }

  /** As a text frame of a WebSocket that speaks graphql-transport-ws. */
  webSocket(id: string): Buffer {
    let frame = this.#webSocket.get(id);
    if (!frame) {
      frame = textFrame(`{"id":${JSON.stringify(id)},"type":"next","payload":${this.#json}}`);
      if (this.#webSocket.size < MAX_IDS) this.#webSocket.set(id, frame);
    }
    return frame;
  }
}

/** Of subscriptions for which a frame is kept. */
const MAX_IDS = 8;

/** Whole and unmasked, as servers send it (RFC 6455, 5.2). */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(head + length);
  frame[0] = 0x81;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, head);
  return frame;
}
