/** Where a photo goes: before a neighbour, so that it is still right when others changed the list. */
export interface NewPlace {
  readonly id: string;
  /** Null for the end. */
  readonly before: string | null;
  /** Index to fall back to when the neighbour is gone. */
  readonly to: number;
}

/** The place at index `to` of the list as it is without the photo itself. */
export function placeAt(order: readonly string[], id: string, to: number): NewPlace {
  const others = order.filter((other) => other !== id);
  const index = Math.max(0, Math.min(to, others.length));
  return { id, before: others[index] ?? null, to: index };
}

/** The order after these moves, one after the other; photos that are gone stay gone. */
export function applyPlaces(
  order: readonly string[],
  places: readonly NewPlace[],
): readonly string[] {
  return places.reduce((current, { id, before, to }) => {
    if (!current.includes(id)) return current;
    const others = current.filter((other) => other !== id);
    const neighbour = before === null ? others.length : others.indexOf(before);
    others.splice(neighbour === -1 ? to : neighbour, 0, id);
    return others;
  }, order);
}
