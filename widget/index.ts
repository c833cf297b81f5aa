export { ApiError, type ApiErrorCode } from './api/api-error.ts';
export type {
  ImageFormat,
  ImageRendition,
  MediaItem,
  MediaKind,
  MediaProblem,
  MediaStatus,
} from './api/media-item.ts';
export * from './events.ts';
export type { StringOverrides, Text } from './strings/strings.ts';
export type {
  FileTransform,
  FileValidator,
  UploadItem,
  UploadState,
} from './vehicle-media/uploader-host.ts';
export type { VehicleMediaMode } from './vehicle-media/options.ts';
export { VehicleMediaElement, type VehicleMediaStatus } from './vehicle-media/vehicle-media.ts';
