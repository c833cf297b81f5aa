import type { MediaEvent } from './media-event.ts';

/** Where what a reader is told goes. */
export interface Sink<Frame> {
  send(frame: Frame): void;
  /** Whether something waits still that the reader has not taken: then nothing is sent. */
  readonly full: boolean;
  /** Calls back once nothing waits any more. */
  onDrained(callback: () => void): void;
  /** Says that nothing more comes. */
  end(): void;
  /** Cuts the reader off, as a lost network does: it comes back for the rest. */
  cut(): void;
}

/** Writes events as all readers of it get them: each once. */
export interface Rendering<Frame> {
  /** Tells one from another. */
  readonly id: number;
  render(event: MediaEvent): Promise<Frame>;
}
