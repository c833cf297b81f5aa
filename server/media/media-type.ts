import { fileTypeFromBuffer } from 'file-type';

export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const;
export const VIDEO_TYPE = 'video/mp4';
type ImageType = (typeof IMAGE_TYPES)[number];

/** What an animated PNG and an MP4 of Apple's brand are called by their files. */
const SAME_AS: Record<string, string> = { 'image/apng': 'image/png', 'video/x-m4v': VIDEO_TYPE };

/** As many first bytes as sniffing looks at. */
export const SNIFF_BYTES = 4_100;

/**
 * Media type by magic bytes, whatever the file is called; null when unknown.
 * `head`: the first {@link SNIFF_BYTES} of the file, or all of a shorter one.
 */
export async function sniffMediaType(head: Uint8Array): Promise<string | null> {
  const found = await fileTypeFromBuffer(head);
  return found ? (SAME_AS[found.mime] ?? found.mime) : null;
}

export function isImageType(type: string | null): type is ImageType {
  return IMAGE_TYPES.some((known) => known === type);
}
