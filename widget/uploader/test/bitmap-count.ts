export interface BitmapCount {
  readonly made: number;
  readonly alive: number;
  readonly most: number;
}

/** Put before a worker's module: tells the page of every bitmap that the worker makes and closes. */
export const tellOfBitmaps = `if (typeof document === 'undefined') {
  const bitmaps = new BroadcastChannel('bitmaps');
  const make = createImageBitmap;
  self.createImageBitmap = async (...given) => {
    bitmaps.postMessage(1);
    const bitmap = await make(...given);
    const close = bitmap.close;
    bitmap.close = () => {
      bitmaps.postMessage(-1);
      close.call(bitmap);
    };
    return bitmap;
  };
}
`;

/** On the page: keeps `bitmaps`, a {@link BitmapCount}. */
export function countBitmaps(): void {
  const bitmaps = { made: 0, alive: 0, most: 0 };
  new BroadcastChannel('bitmaps').addEventListener('message', ({ data }: MessageEvent<number>) => {
    bitmaps.alive += data;
    bitmaps.made += Math.max(0, data);
    bitmaps.most = Math.max(bitmaps.most, bitmaps.alive);
  });
  Object.assign(globalThis, { bitmaps });
}
