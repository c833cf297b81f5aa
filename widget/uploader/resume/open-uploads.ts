import { target } from '../queue/selections.ts';
import { ticketOf, type Request, type Ticket, type UploadAnswer } from '../queue/upload-api.ts';

export const openUploadsDocument = `query OpenUploads($vehicleId:ID!,$begun:Boolean!){viewer{user{id} dealership{id}} openUploads(vehicleId:$vehicleId)@include(if:$begun){id status ${target} media{id}}}`;

interface Answer {
  viewer: { user: { id: string } | null; dealership: { id: string } } | null;
  openUploads?: readonly UploadAnswer[];
}

/** Who is asking, and what the server still awaits. */
export interface OpenUploads {
  /** Null when nobody is logged in. */
  readonly person: string | null;
  /** By the id of the upload. */
  readonly tickets: ReadonlyMap<string, Ticket>;
}

/** Without `begun` there are no tickets. @throws ApiError */
export async function readOpenUploads(
  request: Request,
  vehicleId: string,
  begun: boolean,
): Promise<OpenUploads> {
  const { viewer, openUploads = [] } = await request<Answer>(openUploadsDocument, {
    vehicleId,
    begun,
  });
  return {
    person: viewer && `${viewer.dealership.id} ${viewer.user?.id ?? 'token'}`,
    tickets: new Map(openUploads.flatMap(ticketEntry)),
  };
}

/** None while the store does not answer: then it is asked for again when it is needed. */
function ticketEntry(upload: UploadAnswer): [string, Ticket][] {
  return upload.target ? [[upload.id, ticketOf(upload)]] : [];
}
