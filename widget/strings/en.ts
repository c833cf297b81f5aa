import type { Texts } from './strings.ts';

export const en: Texts = {
  gallery: 'Photos of {title}',
  galleryUntitled: 'Vehicle photos',
  carousel: 'carousel',
  slide: 'slide',
  position: '{current} of {total}',
  photo: '{title}, photo {current}',
  photoUntitled: 'Photo {current}',
  video: '{title}, video {current}',
  videoUntitled: 'Video {current}',
  previous: 'Previous photo',
  next: 'Next photo',
  play: 'Start slideshow',
  pause: 'Stop slideshow',
  thumbnails: 'Choose a photo',
  enlarge: 'Enlarge: {name}',
  loading: 'Loading photos',
  errorTitle: 'The photos could not be loaded',
  photosAdded: { one: '{count} new photo', other: '{count} new photos' },
};
