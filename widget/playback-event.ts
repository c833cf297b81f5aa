export type PlaybackReason =
  | 'user'
  | 'api'
  | 'focus'
  | 'hover'
  | 'hidden'
  | 'reduced-motion'
  | 'end';

/** Rotation began or stopped. */
export class PlaybackChangeEvent extends Event {
  readonly playing: boolean;
  readonly reason: PlaybackReason;

  constructor(playing: boolean, reason: PlaybackReason) {
    super('vm-playback-change', { bubbles: true, composed: true });
    this.playing = playing;
    this.reason = reason;
  }
}
