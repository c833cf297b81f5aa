const SOI_BYTES = 2;

/** One marker segment of a JPEG before its first scan. */
export interface JpegSegment {
  /** Second byte of the marker, such as 0xe1 for APP1. */
  marker: number;
  body: Buffer;
}

/** Puts a comment and an IPTC caption in front of all other segments. */
export function withSegments(
  jpeg: Buffer,
  { comment, iptc }: { comment?: string; iptc?: string },
): Buffer {
  const added: Buffer[] = [];
  if (iptc !== undefined) added.push(segment(0xed, iptcBody(iptc)));
  if (comment !== undefined) added.push(segment(0xfe, Buffer.from(comment)));
  return Buffer.concat([jpeg.subarray(0, SOI_BYTES), ...added, jpeg.subarray(SOI_BYTES)]);
}

/** All segments up to the pixels. Throws where the bytes are no JPEG. */
export function readSegments(jpeg: Buffer): JpegSegment[] {
  if (jpeg.readUInt16BE(0) !== 0xffd8) throw new Error('not a JPEG');
  const segments: JpegSegment[] = [];
  for (let at = SOI_BYTES; ;) {
    if (jpeg[at] !== 0xff) throw new Error(`no marker at ${at}`);
    const marker = jpeg[at + 1]!;
    const length = jpeg.readUInt16BE(at + 2);
    segments.push({ marker, body: jpeg.subarray(at + 4, at + 2 + length) });
    if (marker === 0xda) return segments;
    at += 2 + length;
  }
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A Photoshop resource block 0x0404 with IPTC record 2, dataset 120 (caption). */
function iptcBody(caption: string): Buffer {
  const text = Buffer.from(caption);
  const dataset = Buffer.concat([Buffer.from([0x1c, 2, 120, 0, text.length]), text]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(dataset.length);
  const padding = Buffer.alloc(dataset.length % 2);
  return Buffer.concat([
    Buffer.from('Photoshop 3.0\x008BIM\x04\x04\x00\x00', 'latin1'),
    size,
    dataset,
    padding,
  ]);
}
