export type UploadRefusalCode =
  /** The URL was changed, or signed elsewhere. */
  | 'SIGNATURE_INVALID'
  /** The URL is past its time: ask for a fresh one. */
  | 'URL_EXPIRED'
  /** No Content-Length: chunked bodies are not taken. */
  | 'LENGTH_REQUIRED'
  /** Another number of bytes than was signed. */
  | 'SIZE_MISMATCH'
  /** Another Content-Type than was signed. */
  | 'TYPE_MISMATCH'
  /** Another Content-MD5 than was signed, or bytes with another hash. */
  | 'MD5_MISMATCH'
  /** The key has its bytes already, or had them. */
  | 'KEY_USED'
  /** A part of an upload that was completed or given up. */
  | 'UPLOAD_OVER'
  /** The bytes came too slowly. */
  | 'TIMED_OUT'
  /** The connection ended before the bytes did. */
  | 'INTERRUPTED';

/** Why the disk driver did not take the bytes of a PUT. */
export class UploadRefusal extends Error {
  override readonly name = 'UploadRefusal';
  readonly code: UploadRefusalCode;

  constructor(code: UploadRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
