import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DiskStorage } from './disk.ts';
import { pacedBody, type Pace } from './paced-body.ts';
import { signedBody, sizeMismatch } from './signed-body.ts';
import { UploadRefusal } from './upload-refusal.ts';
import type { UploadPermit } from './upload-token.ts';

/** Answers a PUT: 200 once the bytes are on the disk, with the ETag of a whole file. */
export async function takeUpload(
  storage: DiskStorage,
  req: IncomingMessage,
  res: ServerResponse,
  token: string,
  pace: Pace,
): Promise<void> {
  const permit = storage.permit(token);
  assertHeaders(req, permit);
  await storage.assertAwaited(permit);
  await storage.receive(permit, heldToMd5(req, permit, pacedBody(req, permit.byteSize, pace)));
  res.writeHead(200, { ...etagOf(permit), 'content-length': 0 });
  res.end();
}

function assertHeaders(req: IncomingMessage, permit: UploadPermit): void {
  const { 'content-length': length, 'content-type': type, 'content-md5': md5 } = req.headers;
  if (length === undefined || req.headers['transfer-encoding'] !== undefined) {
    throw new UploadRefusal('LENGTH_REQUIRED', 'The upload needs a Content-Length header.');
  }
  if (Number(length) !== permit.byteSize) throw sizeMismatch(permit.byteSize);
  if (permit.operation === 'part') return;
  if (type !== permit.contentType) {
    throw new UploadRefusal(
      'TYPE_MISMATCH',
      `This upload URL takes the Content-Type ${permit.contentType}.`,
    );
  }
  if (md5 !== permit.md5) {
    throw new UploadRefusal('MD5_MISMATCH', 'The Content-MD5 header is not the one signed.');
  }
}

/** No MD5 is signed for a part, but one that is said counts, as it does on S3. */
function heldToMd5(
  req: IncomingMessage,
  { operation, byteSize }: UploadPermit,
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const said = req.headers['content-md5'];
  if (operation !== 'part' || said === undefined) return body;
  return signedBody(body, { byteSize, md5: String(said) });
}

function etagOf(permit: UploadPermit): Record<string, string> {
  if (permit.operation === 'part') return {};
  return { etag: `"${Buffer.from(permit.md5, 'base64').toString('hex')}"` };
}
