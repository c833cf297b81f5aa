import type { FeedScope, OutboxRow } from './outbox.ts';

/** What can be followed, as a name: one vehicle, or all of a dealership. */
export function placeOf(scope: Exclude<FeedScope, { kind: 'all' }>): string {
  return scope.kind === 'vehicle'
    ? `vehicle:${scope.vehicleId}`
    : `dealership:${scope.dealershipId}`;
}

/** Where a row of the outbox is heard. */
export function placesOf({ vehicleId, dealershipId }: OutboxRow): readonly string[] {
  return [`vehicle:${vehicleId}`, `dealership:${dealershipId}`];
}
