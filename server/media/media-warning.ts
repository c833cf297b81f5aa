import { mediaErrorText, type MediaErrorCode } from './media-failure.ts';

/** The others say that a newer version failed. */
const OF_WHAT_IS_SHOWN: readonly MediaErrorCode[] = ['LIMITED_PLAYBACK', 'UNREADABLE_POSTER'];

/** What is said of a media that is shown all the same. */
export function warningText(code: MediaErrorCode, kind: 'IMAGE' | 'VIDEO'): string {
  const { message } = mediaErrorText(code, kind);
  return OF_WHAT_IS_SHOWN.includes(code)
    ? message
    : `The new version could not be used; the one before is shown. ${message}`;
}
