import type { UploaderStrings } from './uploader-strings.ts';

export const de: UploaderStrings = {
  dropTitle: 'Fotos oder Ordner hierher ziehen oder einfügen',
  dropTitleTouch: 'Fotos dieses Fahrzeugs hinzufügen',
  dropHint: 'JPEG, PNG, WebP oder AVIF bis {limit}, MP4 bis {videoLimit}',
  dropNow: 'Loslassen, um diese Fotos hinzuzufügen',
  choose: 'Fotos auswählen',
  takePhoto: 'Foto aufnehmen',
  filesAdded: { one: '{count} Datei hinzugefügt', other: '{count} Dateien hinzugefügt' },
  uploads: 'Uploads',
  uploading: '{current} von {total} wird hochgeladen',
  bytesSent: '{sent} von {total}',
  timeLeft: 'noch etwa {time}',
  paused: 'Uploads sind angehalten',
  uploaded: { one: '{count} Foto hochgeladen', other: '{count} Fotos hochgeladen' },
  needAttention: {
    one: '{count} Datei braucht Ihre Aufmerksamkeit',
    other: '{count} Dateien brauchen Ihre Aufmerksamkeit',
  },
  stillPreparing: {
    one: '{count} Foto wird aufbereitet',
    other: '{count} Fotos werden aufbereitet',
  },
  pauseAll: 'Anhalten',
  resumeAll: 'Fortsetzen',
  retryAll: 'Alle noch einmal versuchen',
  clearFinished: 'Fertige ausblenden',
  stateQueued: 'Wartet',
  statePreparing: 'Foto wird vorbereitet',
  stateSending: 'Wird hochgeladen, {percent}',
  stateElsewhere: 'Wird in einem anderen Tab hochgeladen, {percent}',
  stateWaiting: 'Verbindung gestört. Es geht von selbst weiter',
  stateOffline: 'Kein Netz. Es geht von selbst weiter, sobald es wieder da ist',
  stateCompleting: 'Wird abgeschlossen',
  stateProcessing: 'Hochgeladen. Foto wird aufbereitet',
  stateReady: 'Fertig',
  stateStored: 'Schon vorhanden. Es musste nichts gesendet werden',
  statePaused: 'Angehalten',
  progress: 'Fortschritt von {name}',
  pauseFile: '{name} anhalten',
  resumeFile: '{name} fortsetzen',
  cancelFile: '{name} abbrechen',
  retryFile: 'Noch einmal versuchen: {name}',
  dismissFile: '{name} von der Liste nehmen',
  fileFailed: '{name}: {reason}',
  retry: 'Noch einmal versuchen',
  photos: 'Fotos',
  photoCount: { one: '{count} Foto', other: '{count} Fotos' },
  orderHint: 'Zum Sortieren ziehen. Das erste Foto sehen Käufer zuerst.',
  photoHelp:
    'Alt und eine Pfeiltaste verschieben dieses Foto. Die Eingabetaste nimmt es auf und legt es ab. Entf entfernt es.',
  emptyTitle: 'Noch keine Fotos',
  emptyText: 'Das erste Foto, das Sie hinzufügen, wird das Hauptfoto.',
  mainPhoto: 'Hauptfoto',
  photo: 'Foto {current} von {total}',
  video: 'Video {current} von {total}',
  describe: 'Beschreibung von Foto {current}',
  moveFirst: 'Foto {current} an die erste Stelle',
  moveEarlier: 'Foto {current} nach vorn',
  moveLater: 'Foto {current} nach hinten',
  moveLast: 'Foto {current} an die letzte Stelle',
  removePhoto: 'Foto {current} entfernen',
  retryPhoto: 'Noch einmal versuchen: Foto {current}',
  describeHint: 'Dieses Foto beschreiben',
  photoProcessing: 'Wird aufbereitet',
  photoFailed:
    'Dieses Foto konnte nicht aufbereitet werden. Versuchen Sie es noch einmal oder entfernen Sie es und laden Sie ein anderes hoch.',
  pickedUp:
    'Foto {current} von {total} aufgenommen. Pfeiltasten verschieben es, die Eingabetaste legt es ab.',
  putDown: 'Abgelegt an Stelle {current} von {total}.',
  moved: 'Verschoben an Stelle {current} von {total}.',
  removed: { one: 'Foto entfernt', other: '{count} Fotos entfernt' },
  restored: 'Foto wiederhergestellt',
  undo: 'Rückgängig',
  close: 'Schließen',
  saved: 'Beschreibung gespeichert.',
  notSaved: 'Die Beschreibung wurde nicht gespeichert. {reason}',
  notMoved: 'Die Reihenfolge wurde nicht geändert. {reason}',
  notRemoved: 'Das Foto wurde nicht entfernt. {reason}',
  notRestored: 'Das Foto wurde nicht wiederhergestellt. {reason}',
  failedUNSUPPORTED_MEDIA_TYPE:
    'Diese Datei können Websites nicht zeigen. Wählen Sie ein Foto als JPEG, PNG, WebP oder AVIF, oder ein Video als MP4.',
  failedHEIC:
    'Das ist ein HEIC-Foto, das dieser Browser nicht öffnen kann. Wählen Sie auf dem iPhone Einstellungen › Kamera › Formate › Maximale Kompatibilität; am Computer exportieren Sie das Foto als JPEG. Fügen Sie es dann neu hinzu.',
  failedEMPTY_FILE:
    'Diese Datei ist leer. Kopieren Sie sie noch einmal von der Kamera und fügen Sie sie dann hinzu.',
  failedFILE_TOO_LARGE:
    'Diese Datei hat {size}; erlaubt sind höchstens {limit}. Exportieren Sie sie kleiner und fügen Sie sie neu hinzu.',
  failedTOO_MANY_FILES: {
    one: 'Hier wird höchstens {count} Datei angenommen. Nehmen Sie zuerst eine von der Liste.',
    other:
      'Hier werden höchstens {count} Dateien angenommen. Nehmen Sie zuerst einige von der Liste.',
  },
  failedVALIDATOR: '{detail}',
  failedDUPLICATE:
    'Dasselbe Foto steht schon als {detail} in der Liste. Es wird nicht zweimal gesendet.',
  failedUNREADABLE:
    'Die Datei lässt sich nicht mehr lesen: Sie wurde verschoben oder geändert, oder ihre Karte wurde herausgenommen. Wählen Sie sie neu aus.',
  failedFILE_NEEDED:
    'Diese Datei ist erst halb hochgeladen, und dieser Browser konnte keine Kopie behalten. Wählen Sie sie neu aus, dann geht es weiter.',
  failedNETWORK: 'Keine Verbindung. Prüfen Sie das Netz und versuchen Sie es noch einmal.',
  failedSTORAGE_REFUSED:
    'Der Speicher hat diese Datei nicht angenommen. Versuchen Sie es noch einmal; scheitert es wieder, sagen Sie es dem Betreuer dieser Website.',
  failedSERVER: 'Der Server hat ein Problem. Versuchen Sie es in ein paar Minuten noch einmal.',
  failedRATE_LIMITED: 'Zurzeit zu viele Uploads. Versuchen Sie es in einer Minute noch einmal.',
  failedSTORAGE_UNAVAILABLE:
    'Der Speicher antwortet nicht. Versuchen Sie es in ein paar Minuten noch einmal.',
  failedSTORAGE_FULL: 'Der Speicher ist voll. Sagen Sie es dem Betreuer dieser Website.',
  failedQUOTA_EXCEEDED:
    'Dieses Fahrzeug hat so viele Fotos, wie es haben darf. Entfernen Sie einige und versuchen Sie es noch einmal.',
  failedUPLOAD_EXPIRED:
    'Der Upload hat zu lange gedauert und ist abgelaufen. Versuchen Sie es noch einmal.',
  failedUPLOAD_CANCELLED:
    'Der Upload wurde abgebrochen. Versuchen Sie es noch einmal, wenn Sie ihn noch wollen.',
  failedBYTES_MISSING: 'Die Datei ist nicht angekommen. Versuchen Sie es noch einmal.',
  failedBYTES_MISMATCH: 'Die Datei ist beschädigt angekommen. Versuchen Sie es noch einmal.',
  failedNOT_FOUND:
    'Es ist nicht mehr da. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  failedUNAUTHENTICATED:
    'Sie sind abgemeldet. Melden Sie sich an und versuchen Sie es noch einmal.',
  failedFORBIDDEN:
    'Sie dürfen die Fotos dieses Fahrzeugs nicht ändern. Fragen Sie den Inhaber des Kontos.',
  failedPROCESSING: '{detail}',
  failedREFUSED: '{detail}',
};
