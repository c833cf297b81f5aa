/** Names of the chunks in a WebP, in order. Throws where the bytes are no WebP. */
export function readWebpChunks(webp: Buffer): string[] {
  const kind = webp.toString('latin1', 0, 4) + webp.toString('latin1', 8, 12);
  if (kind !== 'RIFFWEBP') throw new Error('not a WebP');
  if (webp.readUInt32LE(4) !== webp.length - 8) throw new Error('bytes after the end');
  const names: string[] = [];
  for (let at = 12; at < webp.length;) {
    names.push(webp.toString('latin1', at, at + 4));
    const size = webp.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  return names;
}
