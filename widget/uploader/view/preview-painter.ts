import { posterOf } from '../poster/poster-of.ts';
import type { UploadTask } from '../queue/upload-task.ts';

/** Pixels of a side, for sharp screens. */
const SIDE = 128;

/**
 * Paints small previews of files: only of those in sight, one after the other,
 * and not before they are hashed, because decoding a photo costs more than
 * sending it.
 */
export class PreviewPainter {
  #observer: IntersectionObserver;
  #known = new WeakSet<Element>();
  #line: HTMLCanvasElement[] = [];
  #busy = false;
  #taskOf: (id: string) => UploadTask | undefined;

  constructor(taskOf: (id: string) => UploadTask | undefined) {
    this.#taskOf = taskOf;
    this.#observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        this.#observer.unobserve(target);
        this.#line.push(target as HTMLCanvasElement);
      }
      void this.#paintAll();
    });
  }

  /** To be called after the canvases with `data-preview` have been drawn. */
  watch(root: ParentNode): void {
    for (const canvas of root.querySelectorAll('canvas[data-preview]')) {
      if (this.#known.has(canvas)) continue;
      this.#known.add(canvas);
      // A canvas without a size is never in sight, but the box around it is.
      this.#observer.observe(canvas);
    }
    void this.#paintAll();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#line = [];
  }

  async #paintAll(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let canvas = this.#next(); canvas; canvas = this.#next()) {
      const file = this.#task(canvas)?.file;
      if (file && canvas.isConnected) await paint(canvas, file);
    }
    this.#busy = false;
  }

  #next(): HTMLCanvasElement | undefined {
    const next = this.#line.find((canvas) => {
      const state = this.#task(canvas)?.state;
      return state !== 'queued' && state !== 'hashing';
    });
    this.#line = this.#line.filter((canvas) => canvas !== next);
    return next;
  }

  #task(canvas: HTMLCanvasElement): UploadTask | undefined {
    return this.#taskOf(canvas.dataset['preview'] ?? '');
  }
}

async function paint(canvas: HTMLCanvasElement, file: File): Promise<void> {
  const picture = await bitmapOf(file);
  if (!picture) return;
  const { width, height } = picture;
  canvas.width = canvas.height = SIDE;
  const scale = SIDE / Math.min(width, height);
  const [w, h] = [width * scale, height * scale];
  canvas.getContext('2d')?.drawImage(picture, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
  picture.close();
}

/** Of a video: a picture out of it. Null for what this browser cannot open. */
async function bitmapOf(file: File): Promise<ImageBitmap | null> {
  const size: ImageBitmapOptions = { resizeHeight: SIDE, resizeQuality: 'medium' };
  try {
    return await createImageBitmap(file, size);
  } catch {
    const poster = await posterOf(file);
    return poster && createImageBitmap(poster, size);
  }
}
