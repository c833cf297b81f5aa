import type { VehicleStatus } from '../vehicle-words.ts';

export interface StatusChange {
  to: VehicleStatus;
  label: string;
  /** Said when it is done. */
  done: string;
  isPrimary?: boolean;
}

/** What may be done with a vehicle from each status, the likely thing first. */
export const STATUS_CHANGES: Readonly<Record<VehicleStatus, readonly StatusChange[]>> = {
  DRAFT: [
    { to: 'PUBLISHED', label: 'Publish', done: 'Published', isPrimary: true },
    { to: 'ARCHIVED', label: 'Archive', done: 'Archived' },
  ],
  PUBLISHED: [
    { to: 'SOLD', label: 'Mark as sold', done: 'Marked as sold' },
    { to: 'DRAFT', label: 'Unpublish', done: 'Unpublished' },
  ],
  SOLD: [
    { to: 'PUBLISHED', label: 'Publish again', done: 'Published' },
    { to: 'ARCHIVED', label: 'Archive', done: 'Archived' },
  ],
  ARCHIVED: [{ to: 'DRAFT', label: 'Move to drafts', done: 'Moved to drafts' }],
};

export const STATUS_HINTS: Readonly<Record<VehicleStatus, string>> = {
  DRAFT: 'Only staff can see it.',
  PUBLISHED: 'Everyone can see it.',
  SOLD: 'No longer in the showroom.',
  ARCHIVED: 'Put away. Only staff can see it.',
};
