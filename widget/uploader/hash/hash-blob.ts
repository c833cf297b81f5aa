import { md5 as plainMd5 } from '@noble/hashes/legacy.js';
import { sha256 as plainSha256 } from '@noble/hashes/sha2.js';
import { createMD5, createSHA256 } from 'hash-wasm';

/** What identifies a file's bytes. */
export interface FileHash {
  /** Base64 of 16 bytes, as the Content-MD5 header has it. */
  readonly md5: string;
  /** 64 hex digits, lower case. */
  readonly sha256: string;
}

interface HashOptions {
  readonly signal?: AbortSignal;
  readonly pause?: () => Promise<void>;
}

interface Streaming {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

const CHUNK_BYTES = 1 << 20;
/** Up to here a file is held whole, so that the browser's own SHA-256 can take it. */
const WHOLE_BYTES = 32 << 20;

/**
 * Reads a blob once and computes both hashes. MD5 comes from WebAssembly,
 * SHA-256 from `crypto.subtle` where the page is secure; where a content
 * security policy or plain http rules these out, from plain JavaScript.
 *
 * With `pause` it goes chunk by chunk, and awaits it after each. Rejects with
 * the reader's DOMException when the file cannot be read, with the signal's
 * reason when that fires.
 */
export async function hashBlob(blob: Blob, options: HashOptions = {}): Promise<FileHash> {
  const atOnce = hasSubtle() && blob.size <= WHOLE_BYTES && !options.pause;
  return atOnce ? hashWhole(blob, options) : hashInChunks(blob, options);
}

async function hashWhole(blob: Blob, { signal }: HashOptions): Promise<FileHash> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  signal?.throwIfAborted();
  // The browser's own works beside this thread.
  const sha256 = crypto.subtle.digest('SHA-256', bytes);
  const md5 = await startMd5();
  md5.update(bytes);
  return { md5: base64(md5.digest()), sha256: hex(new Uint8Array(await sha256)) };
}

async function hashInChunks(blob: Blob, { pause, signal }: HashOptions): Promise<FileHash> {
  const [md5, sha256] = await Promise.all([startMd5(), startSha256()]);
  for (let start = 0; start < blob.size; start += CHUNK_BYTES) {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(await blob.slice(start, start + CHUNK_BYTES).arrayBuffer());
    md5.update(bytes);
    sha256.update(bytes);
    await pause?.();
  }
  signal?.throwIfAborted();
  return { md5: base64(md5.digest()), sha256: hex(sha256.digest()) };
}

function hasSubtle(): boolean {
  return typeof crypto !== 'undefined' && crypto.subtle !== undefined;
}

async function startMd5(): Promise<Streaming> {
  return (await fromWasm(createMD5)) ?? plainMd5.create();
}

async function startSha256(): Promise<Streaming> {
  return (await fromWasm(createSHA256)) ?? plainSha256.create();
}

let wasmWorks = true;

/** Null where WebAssembly is missing or forbidden. */
async function fromWasm(create: typeof createMD5): Promise<Streaming | null> {
  if (!wasmWorks) return null;
  try {
    const hasher = await create();
    return {
      update: (bytes) => void hasher.update(bytes),
      digest: () => hasher.digest('binary'),
    };
  } catch {
    wasmWorks = false;
    return null;
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
