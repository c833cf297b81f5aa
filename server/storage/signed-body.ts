import { createHash } from 'node:crypto';
import { UploadRefusal } from './upload-refusal.ts';

/** Passes the bytes on while they keep to what was signed; throws {@link UploadRefusal} when not. */
export async function* signedBody(
  body: AsyncIterable<Uint8Array>,
  { byteSize, md5 }: { byteSize: number; md5: string },
): AsyncIterable<Uint8Array> {
  const hash = createHash('md5');
  for await (const chunk of sizedBody(body, byteSize)) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('base64') !== md5) {
    throw new UploadRefusal('MD5_MISMATCH', 'The bytes do not have the MD5 that was said of them.');
  }
}

/** The same where only the number of bytes was signed. */
export async function* sizedBody(
  body: AsyncIterable<Uint8Array>,
  byteSize: number,
): AsyncIterable<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > byteSize) throw sizeMismatch(byteSize);
    yield chunk;
  }
  if (received !== byteSize) throw sizeMismatch(byteSize);
}

export function sizeMismatch(byteSize: number): UploadRefusal {
  return new UploadRefusal('SIZE_MISMATCH', `This upload URL takes exactly ${byteSize} bytes.`);
}
