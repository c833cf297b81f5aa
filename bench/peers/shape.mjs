/** How ids, cursors and pages look, as the product has them. */

export const globalId = (type, id) => Buffer.from(`${type}:${id}`).toString('base64url');

export const rowId = (id) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';

const cursorOf = ({ createdAt, id }) =>
  Buffer.from(JSON.stringify(['CREATED_AT', createdAt.toISOString(), id])).toString('base64url');

/** The place behind which a page begins; null for the first. */
export function placeOf(after) {
  if (after == null) return null;
  const [, createdAt, id] = JSON.parse(Buffer.from(after, 'base64url').toString());
  return { createdAt, id };
}

/** @param rows one more than the page has, when there is another. */
export function connectionOf(rows, { first, after }) {
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

export const typeOfMedia = ({ kind }) => (kind === 'VIDEO' ? 'VideoMedia' : 'ImageMedia');
