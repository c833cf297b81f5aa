/**
 * The documents of the bench for a schema that is made of the tables: the same
 * rows and columns, under other names. What the product hides by its rules is
 * left out by conditions.
 */

const VEHICLE =
  'rowId vin stockNumber year make model trim priceAmount priceCurrency mileage status createdAt updatedAt';
const media = (first: number) =>
  `media: mediaByDealershipIdAndVehicleId(first: ${first}, condition: { status: READY, deletedAt: null }, orderBy: [POSITION_ASC, ROW_ID_ASC]) { nodes { rowId position kind status alt caption groupKey placeholder tags createdAt width height } }`;
const page = (dealershipId: string, more: string) =>
  `vehicles: allVehicles(first: 24${more}, condition: { dealershipId: "${dealershipId}", status: PUBLISHED }, orderBy: [CREATED_AT_DESC, ROW_ID_DESC])`;
const EDGES = `pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ${VEHICLE} ${media(3)} } }`;

export function postgraphileDocuments(dealershipId: string) {
  return {
    VehiclePage: `query VehiclePage($id: UUID!) { vehicle: vehicleByRowId(rowId: $id) { ${VEHICLE} ${media(20)} } }`,
    Inventory: `query Inventory { ${page(dealershipId, '')} { totalCount ${EDGES} } }`,
    InventoryDeep: `query InventoryDeep($after: Cursor) { ${page(dealershipId, ', after: $after')} { ${EDGES} } }`,
  };
}

/** The ids of what an answer shows, in its order, as the tables have them. */
export function shownRows(answer: string): string[] {
  const own = [...answer.matchAll(/"rowId":"([^"]+)"/g)].map(([, id = '']) => id);
  if (own.length > 0) return own;
  return [...answer.matchAll(/"id":"([^"]+)"/g)].map(
    ([, id = '']) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '',
  );
}
