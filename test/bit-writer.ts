/** Writes bits, most significant first, as H.264 and AAC have them. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #pending = 0;
  #count = 0;

  /** The lowest `width` bits of `value`. */
  bits(value: number, width: number): this {
    for (let at = width - 1; at >= 0; at -= 1) {
      this.#pending = (this.#pending << 1) | ((value >> at) & 1);
      if (++this.#count < 8) continue;
      this.#bytes.push(this.#pending);
      this.#pending = 0;
      this.#count = 0;
    }
    return this;
  }

  /** Exponential-Golomb, `ue(v)`. */
  golomb(...values: number[]): this {
    for (const value of values) {
      const width = 32 - Math.clz32(value + 1);
      this.bits(0, width - 1).bits(value + 1, width);
    }
    return this;
  }

  /** Zero bits up to the next byte. */
  align(): this {
    return this.#count === 0 ? this : this.bits(0, 8 - this.#count);
  }

  bytes(): Buffer {
    this.align();
    return Buffer.from(this.#bytes);
  }
}
