import { UploadFailure } from './upload-failure.ts';

/** What the server prepares of videos. */
export const VIDEO_TYPE = 'video/mp4';
/** Brands of files that are built like an MP4, and are none. */
const otherBrands = /^(?:qt|M4[ABP]|F4|crx|3g)/;

/** Bytes that a file may have. */
export interface SizeLimits {
  readonly image: number;
  readonly video: number;
}

/** What browsers show and the server prepares, and what some browsers can make a JPEG of. */
type ImageType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif' | 'image/heic';

const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];

/**
 * The type of a picture or a video by its first bytes; names and what the system says of
 * a file are often wrong or missing.
 *
 * @throws UploadFailure
 */
export async function checkFile(file: File, limits: SizeLimits): Promise<string> {
  if (file.size === 0) throw new UploadFailure('EMPTY_FILE');
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  } catch (cause) {
    throw new UploadFailure('UNREADABLE', { cause });
  }
  const type = sniff(head);
  if (type === null) throw new UploadFailure('UNSUPPORTED_MEDIA_TYPE');
  const limitBytes = limits[type === VIDEO_TYPE ? 'video' : 'image'];
  if (file.size > limitBytes) throw new UploadFailure('FILE_TOO_LARGE', { limitBytes });
  return type;
}

function sniff(head: Uint8Array): ImageType | typeof VIDEO_TYPE | null {
  const text = String.fromCharCode(...head);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'image/webp';
  if (!text.startsWith('ftyp', 4)) return null;
  const boxLength = ((head[2] ?? 0) << 8) | (head[3] ?? 0);
  const brands = [text.slice(8, 12), ...(text.slice(16, boxLength).match(/.{4}/gs) ?? [])];
  if (brands.includes('avif') || brands.includes('avis')) return 'image/avif';
  if (brands.some((brand) => heicBrands.includes(brand))) return 'image/heic';
  return otherBrands.test(brands[0] ?? '') ? null : VIDEO_TYPE;
}

/** Whether an `accept` attribute lets a file through; an empty one takes everything. */
export function isAccepted(accept: string, name: string, type: string): boolean {
  const rules = accept.split(',').map((rule) => rule.trim().toLowerCase());
  return rules.every((rule) => rule === '') || rules.some((rule) => matches(rule, name, type));
}

function matches(rule: string, name: string, type: string): boolean {
  if (rule.startsWith('.')) return name.toLowerCase().endsWith(rule);
  return rule.endsWith('/*') ? type.startsWith(rule.slice(0, -1)) : rule !== '' && type === rule;
}
