import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { GrantedUpload } from '../uploads/granted-upload.ts';

/**
 * Answers `Upload.media` with what came with a ticket. For a relation Pothos
 * plans a query before it asks whether there is need of one, and keeps the
 * context of the operation with it until all of memory is collected: that costs
 * more than the rest of a ticket's answer.
 */
export function withGrantedMedia(schema: GraphQLSchema): GraphQLSchema {
  const upload = schema.getType('Upload');
  const media = upload && 'getFields' in upload ? upload.getFields()['media'] : undefined;
  if (!media || !('resolve' in media) || !media.resolve)
    throw new Error('Upload.media is resolved in another way than this knows');
  const plan = media.resolve;
  const resolve: GraphQLFieldResolver<GrantedUpload, unknown> = (ticket, args, context, info) =>
    ticket.grantedMedia ?? (plan(ticket, args, context, info) as unknown);
  media.resolve = resolve;
  return schema;
}
