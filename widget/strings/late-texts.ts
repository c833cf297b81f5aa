import type { LateStrings, Strings, Texts } from './strings.ts';

/** The English texts that no first load needs. */
export const lateEnglish: LateStrings = {
  zoomDialog: 'Enlarged photo',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  close: 'Close',
  emptyTitle: 'Photos are on their way',
  emptyText: 'They appear here by themselves as soon as they are taken.',
  errorNetwork: 'Check the internet connection, then try again.',
  errorAccess: 'This page is not allowed to show them. Log in again, or ask the website’s owner.',
  errorNotFound: 'This vehicle is no longer listed. Ask the dealership about it.',
  errorSetup: 'The page does not say which vehicle to show. Tell the website’s owner.',
  errorManifest: 'The list of photos that this page names is damaged. Tell the website’s owner.',
  errorBusy: 'Many people are looking right now. Wait a moment, then try again.',
  errorServer: 'Something went wrong at our end. Try again in a moment.',
  retry: 'Try again',
  photoFailed: 'This photo did not load.',
  videoFailed: 'This video does not play in this browser.',
};

/** Texts with none missing. */
export function withLateTexts(texts: Texts): Strings {
  return { ...lateEnglish, ...texts };
}
