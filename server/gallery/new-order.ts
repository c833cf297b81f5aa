import { UserFailure } from '../errors.ts';

export interface MediaMove {
  id: string;
  /** Index in the gallery after the move. */
  to: number;
}

/** The order that was asked for: named whole, or as moves one after the other. */
export function newOrder(
  current: readonly string[],
  order: readonly string[] | null,
  moves: readonly MediaMove[] | null,
): readonly string[] {
  if ((order === null) === (moves === null)) {
    throw new UserFailure('INVALID_INPUT', 'Say either the whole order or moves, not both.', {
      field: ['input', 'order'],
    });
  }
  if (order !== null) {
    const inGallery = new Set(current);
    const unknown = order.findIndex((id) => !inGallery.has(id));
    if (unknown !== -1) throw notInGallery(['input', 'order', String(unknown)]);
    const wanted = new Set(order);
    if (wanted.size !== order.length || wanted.size !== current.length) {
      throw new UserFailure(
        'INVALID_INPUT',
        'The order must name every media of the gallery, each once.',
        {
          field: ['input', 'order'],
        },
      );
    }
    return order;
  }
  const next = [...current];
  for (const [index, move] of (moves ?? []).entries()) {
    const from = next.indexOf(move.id);
    if (from === -1) throw notInGallery(['input', 'moves', String(index), 'id']);
    if (move.to < 0 || move.to >= next.length) {
      throw new UserFailure(
        'INVALID_INPUT',
        `A move can go to an index from 0 to ${next.length - 1}.`,
        {
          field: ['input', 'moves', String(index), 'to'],
        },
      );
    }
    next.splice(from, 1);
    next.splice(move.to, 0, move.id);
  }
  return next;
}

function notInGallery(field: readonly string[]): UserFailure {
  return new UserFailure(
    'NOT_FOUND',
    'There is no such media in this gallery. Look at it again, then repeat the change.',
    { field },
  );
}
