import type { MediaKind } from '../../generated/prisma/client.ts';
import { VIDEO_TYPE } from '../media/media-type.ts';

/** What a file of this type becomes. */
export function kindOf({ contentType }: { contentType: string }): MediaKind {
  return contentType === VIDEO_TYPE ? 'VIDEO' : 'IMAGE';
}
