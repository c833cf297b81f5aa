import type { ReactiveController } from 'lit';
import type { UploaderHost } from '../vehicle-media/uploader-host.ts';
import { collectFiles } from './collect-files.ts';

/** Without a sign of the dragged files for so long, they are gone. */
const LOST_MS = 1_500;

/** Takes files that are dropped anywhere on the element, or pasted while it has the focus. */
export class FileDrop implements ReactiveController {
  dragging = false;
  #host: UploaderHost;
  #take: (files: File[]) => void;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #listeners: readonly [string, (event: Event) => void][] = [
    ['dragenter', (event) => this.#over(event as DragEvent)],
    ['dragover', (event) => this.#over(event as DragEvent)],
    ['dragleave', (event) => this.#leave(event as DragEvent)],
    ['drop', (event) => void this.#drop(event as DragEvent)],
    ['paste', (event) => this.#paste(event as ClipboardEvent)],
  ];

  constructor(host: UploaderHost, take: (files: File[]) => void) {
    this.#host = host;
    this.#take = take;
    host.addController(this);
    for (const [name, listener] of this.#listeners) host.addEventListener(name, listener);
  }

  hostDisconnected(): void {
    this.#drag(false);
  }

  dispose(): void {
    this.#drag(false);
    this.#host.removeController(this);
    for (const [name, listener] of this.#listeners) this.#host.removeEventListener(name, listener);
  }

  #over(event: DragEvent): void {
    if (this.#host.disabled || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#drag(true);
  }

  #leave({ clientX: x, clientY: y, currentTarget }: DragEvent): void {
    const box = (currentTarget as Element).getBoundingClientRect();
    // Over a child is still over the element.
    if (x <= box.left || x >= box.right || y <= box.top || y >= box.bottom) this.#drag(false);
  }

  async #drop(event: DragEvent): Promise<void> {
    this.#drag(false);
    if (this.#host.disabled || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#take(await collectFiles(event.dataTransfer));
  }

  #paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (this.#host.disabled || files.length === 0) return;
    event.preventDefault();
    this.#take(files);
  }

  #drag(on: boolean): void {
    clearTimeout(this.#lost);
    if (on) this.#lost = setTimeout(() => this.#drag(false), LOST_MS);
    if (on === this.dragging) return;
    this.dragging = on;
    this.#host.toggleState('dragging', on);
    this.#host.requestUpdate();
  }
}
