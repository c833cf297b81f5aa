const picture = 'width height renditions{url width height format}';
/** The selection of a MediaItem. */
export const mediaFields = `id kind status position alt caption groupKey placeholder updatedAt ... on ImageMedia{${picture}} ... on VideoMedia{durationMs sources{url contentType codecs} ${picture}}`;
/** The same with what only staff may see. */
export const staffFields = `${mediaFields} errors{code message retryable} warnings{code message} original{fileName}`;
/** The selection of VehicleFacts. */
const facts =
  'vin stockNumber year make model trim bodyStyle condition status mileage exteriorColor interiorColor price{amount currency} dealership{name}';

const vehicle = (fields: string, media: string, viewer = '') =>
  `query VehicleMedia($id:ID,$vin:String,$stockNumber:String){vehicle(id:$id,vin:$vin,stockNumber:$stockNumber){id title mediaVersion mediaCursor ${fields} media(first:100){nodes{${media}}}}${viewer}}`;

/** What a public page reads, in one request. */
export const vehicleMedia = vehicle(facts, mediaFields);

export const vehicleMediaForStaff = vehicle('', staffFields, ' viewer{rights}');

/** The same document with the variable `$dealership`, which few pages need. */
export const inDealership = (document: string): string =>
  document
    .replace('$stockNumber:String', '$&,$dealership:String')
    .replace('stockNumber:$stockNumber', '$&,dealership:$dealership');

/** All that pages read with. */
export const readDocuments: readonly string[] = [vehicleMedia, vehicleMediaForStaff].flatMap(
  (document) => [document, inDealership(document)],
);
