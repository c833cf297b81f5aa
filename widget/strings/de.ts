import type { Strings } from './strings.ts';

export const de: Strings = {
  gallery: 'Fotos: {title}',
  galleryUntitled: 'Fahrzeugfotos',
  carousel: 'Karussell',
  slide: 'Folie',
  position: '{current} von {total}',
  photo: '{title}, Foto {current}',
  photoUntitled: 'Foto {current}',
  video: '{title}, Video {current}',
  videoUntitled: 'Video {current}',
  previous: 'Vorheriges Foto',
  next: 'Nächstes Foto',
  play: 'Diashow starten',
  pause: 'Diashow anhalten',
  thumbnails: 'Foto auswählen',
  enlarge: 'Vergrößern: {name}',
  zoomDialog: 'Vergrößertes Foto',
  zoomIn: 'Heranzoomen',
  zoomOut: 'Herauszoomen',
  close: 'Schließen',
  loading: 'Fotos werden geladen',
  emptyTitle: 'Fotos folgen in Kürze',
  emptyText: 'Sie erscheinen hier von selbst, sobald sie aufgenommen sind.',
  errorTitle: 'Die Fotos konnten nicht geladen werden',
  errorNetwork: 'Prüfen Sie die Internetverbindung und versuchen Sie es noch einmal.',
  errorAccess:
    'Diese Seite darf die Fotos nicht zeigen. Melden Sie sich neu an oder fragen Sie den Betreiber der Website.',
  errorNotFound: 'Dieses Fahrzeug wird nicht mehr angeboten. Fragen Sie beim Autohaus nach.',
  errorSetup:
    'Die Seite gibt nicht an, welches Fahrzeug gezeigt werden soll. Sagen Sie dem Betreiber der Website Bescheid.',
  errorManifest:
    'Die Fotoliste, auf die die Seite verweist, ist fehlerhaft. Sagen Sie dem Betreiber der Website Bescheid.',
  errorBusy:
    'Gerade schauen sehr viele Menschen. Warten Sie kurz und versuchen Sie es noch einmal.',
  errorServer:
    'Bei uns ist etwas schiefgegangen. Versuchen Sie es in ein paar Augenblicken noch einmal.',
  retry: 'Noch einmal versuchen',
  photoFailed: 'Dieses Foto wurde nicht geladen.',
  videoFailed: 'Dieses Video lässt sich in diesem Browser nicht abspielen.',
  photosAdded: { one: '{count} neues Foto', other: '{count} neue Fotos' },
};
