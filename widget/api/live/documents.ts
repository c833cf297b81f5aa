import { mediaFields, staffFields } from '../documents.ts';

const changes = (fields: string) =>
  `subscription VehicleMediaChanged($vehicleId:ID!,$after:String){vehicleMediaChanged(vehicleId:$vehicleId,after:$after){__typename cursor mediaVersion ... on MediaAdded{media{${fields}}} ... on MediaUpdated{media{${fields}}} ... on MediaStatusChanged{media{${fields}}} ... on MediaRemoved{mediaId} ... on MediaReordered{order positions}}}`;

/** Every change of a vehicle's media, behind a cursor. */
export const vehicleMediaChanged = changes(mediaFields);

export const vehicleMediaChangedForStaff = changes(staffFields);
