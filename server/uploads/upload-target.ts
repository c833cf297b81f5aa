import type { PutTarget } from '../storage/put-target.ts';

/** How the bytes of an upload are to be sent. */
export type UploadTarget = FileTarget | MultipartTarget | StoredTarget;

/** All of them with one PUT. */
export interface FileTarget extends PutTarget {
  kind: 'file';
}

export interface MultipartTarget {
  kind: 'parts';
  partSize: number;
  partCount: number;
  /** What the store has whole. */
  storedParts: readonly number[];
  parts: readonly PartTarget[];
  /** Of the URLs. */
  expiresAt: Date;
}

/** Not at all: a media has them. */
export interface StoredTarget {
  kind: 'stored';
  existingMediaId: string;
}

export interface PartTarget extends Pick<PutTarget, 'url' | 'headers'> {
  partNumber: number;
}
