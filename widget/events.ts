import type * as live from './live-events.ts';
import type { PlaybackChangeEvent } from './playback-event.ts';
import type * as upload from './upload-events.ts';
import type * as view from './view-events.ts';

export * from './live-events.ts';
export * from './playback-event.ts';
export * from './upload-events.ts';
export * from './view-events.ts';

/** Every event of the element by its name. All bubble and cross shadow roots. */
export interface VehicleMediaEventMap {
  'vm-ready': view.ReadyEvent;
  'vm-load-error': view.LoadErrorEvent;
  'vm-slide-change': view.SlideChangeEvent;
  'vm-playback-change': PlaybackChangeEvent;
  'vm-media-change': live.MediaChangeEvent;
  'vm-connection-change': live.ConnectionChangeEvent;
  'vm-token-expired': view.TokenExpiredEvent;
  'vm-file-add': upload.FileAddEvent;
  'vm-file-reject': upload.FileRejectEvent;
  'vm-duplicate': upload.DuplicateEvent;
  'vm-upload-start': upload.UploadStartEvent;
  'vm-upload-progress': upload.UploadProgressEvent;
  'vm-upload-retry': upload.UploadRetryEvent;
  'vm-upload-success': upload.UploadSuccessEvent;
  'vm-upload-error': upload.UploadErrorEvent;
  'vm-uploads-complete': upload.UploadsCompleteEvent;
  'vm-before-reorder': upload.BeforeReorderEvent;
  'vm-before-remove': upload.BeforeRemoveEvent;
}

declare global {
  interface GlobalEventHandlersEventMap extends VehicleMediaEventMap {}
}
