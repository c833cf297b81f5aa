/** A picture out of a video, as JPEG; null where the browser cannot play it. Drawn once. Never rejects. */
export async function posterOf(file: File): Promise<Blob | null> {
  const late = await import('./draw-poster.ts').catch((): null => null);
  return late && late.drawPoster(file);
}
