import type { DecodedPicture } from './scale-photo.ts';

/** For formats that a browser decodes in its `<img>` alone, as some do with HEIC. Rejects where it does not. */
export async function decodeOnPage(file: Blob): Promise<DecodedPicture> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    return { source: image, width, height, close: () => image.removeAttribute('src') };
  } finally {
    URL.revokeObjectURL(url);
  }
}
