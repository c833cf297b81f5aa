export interface Size {
  readonly width: number;
  readonly height: number;
}

const largest = 6;

/**
 * Where a photo that can be magnified is: `scale` 1 fits the frame, `x` and `y`
 * are CSS pixels from the middle. It never leaves a gap that it could fill.
 */
export class PanZoom {
  scale = 1;
  x = 0;
  y = 0;
  /** Of the frame. */
  frame: Size = { width: 0, height: 0 };
  /** Of the photo at scale 1. */
  photo: Size = { width: 0, height: 0 };

  get zoomed(): boolean {
    return this.scale > 1;
  }

  reset(): void {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  /** Keeps the point under `x`, `y` (from the middle of the frame) where it is. */
  zoomBy(factor: number, x = 0, y = 0): void {
    const scale = Math.min(largest, Math.max(1, this.scale * factor));
    const ratio = scale / this.scale;
    this.scale = scale;
    this.x = x - (x - this.x) * ratio;
    this.y = y - (y - this.y) * ratio;
    this.panBy(0, 0);
  }

  panBy(x: number, y: number): void {
    this.x = within(this.x + x, (this.photo.width * this.scale - this.frame.width) / 2);
    this.y = within(this.y + y, (this.photo.height * this.scale - this.frame.height) / 2);
  }
}

/** `value` kept between `-limit` and `limit`; 0 where there is no room. */
function within(value: number, limit: number): number {
  return limit <= 0 ? 0 : Math.min(limit, Math.max(-limit, value));
}
