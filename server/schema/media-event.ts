import { may } from '../accounts/rights.ts';
import type { Actor } from '../accounts/viewer.ts';
import { concerns } from '../accounts/viewer-changes.ts';
import type { Context } from '../context.ts';
import type { Access } from '../events/subscription.ts';
import type { MediaChange, MediaEvent as FeedEvent, ResetReason } from '../events/media-event.ts';
import { fromSnapshot } from '../events/media-snapshot.ts';
import { visibleVehicles } from '../gallery/visibility.ts';
import { topLevelError } from '../graphql/top-level-error.ts';
import { requireRight } from '../context.ts';
import { builder } from './builder.ts';
import { MediaStatus } from './enums.ts';
import { Media } from './media.ts';
import { encodeId, uuidOf } from '../node-id.ts';

type EventOf<T extends FeedEvent['change']['type']> = FeedEvent & {
  change: Extract<FeedEvent['change'], { type: T }>;
};

const TYPE_OF: Record<FeedEvent['change']['type'], string> = {
  MEDIA_ADDED: 'MediaAdded',
  MEDIA_UPDATED: 'MediaUpdated',
  MEDIA_STATUS_CHANGED: 'MediaStatusChanged',
  MEDIA_REMOVED: 'MediaRemoved',
  MEDIA_REORDERED: 'MediaReordered',
  MEDIA_STREAM_RESET: 'MediaStreamReset',
};

const MediaEvent = builder.interfaceRef<FeedEvent>('MediaEvent').implement({
  description:
    'Something that happened to the media of a vehicle. Each comes exactly once to whoever resumes with the last cursor.',
  resolveType: ({ change }) => TYPE_OF[change.type],
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Position in the feed: resume with it as `after`.',
    }),
    at: t.field({ type: 'DateTime', description: 'When it happened.', resolve: ({ at }) => at }),
    vehicleId: t.id({
      description: 'Whose media. In the reset of a dealership’s feed: the dealership.',
      resolve: ({ vehicleId, change }) =>
        encodeId(
          change.type === 'MEDIA_STREAM_RESET' && change.scope === 'dealership'
            ? 'Dealership'
            : 'Vehicle',
          vehicleId,
        ),
    }),
    mediaVersion: t.exposeInt('mediaVersion', { description: 'Of the vehicle, after the change.' }),
  }),
});

builder.objectRef<EventOf<'MEDIA_ADDED'>>('MediaAdded').implement({
  description: 'A media joined the gallery: its bytes were accepted, or it was restored.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    media: t.field({
      type: Media,
      description: 'As it was then.',
      resolve: ({ change }) => fromSnapshot(change.media),
    }),
  }),
});

builder.objectRef<EventOf<'MEDIA_UPDATED'>>('MediaUpdated').implement({
  description: 'The texts of a media changed, or a new version of it is shown.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    media: t.field({
      type: Media,
      description: 'As it was then.',
      resolve: ({ change }) => fromSnapshot(change.media),
    }),
  }),
});

builder.objectRef<EventOf<'MEDIA_STATUS_CHANGED'>>('MediaStatusChanged').implement({
  description: 'A media got a new status. To the public, READY announces a new picture.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    media: t.field({
      type: Media,
      description: 'As it was then.',
      resolve: ({ change }) => fromSnapshot(change.media),
    }),
    from: t.field({
      type: MediaStatus,
      description: 'What it was before.',
      resolve: ({ change }) => change.from,
    }),
    to: t.field({
      type: MediaStatus,
      description: 'What it became.',
      resolve: ({ change }) => change.to,
    }),
  }),
});

builder.objectRef<EventOf<'MEDIA_REMOVED'>>('MediaRemoved').implement({
  description: 'A media left the gallery.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    mediaId: t.id({
      description: 'Which one.',
      resolve: ({ change }) => encodeId('Media', change.mediaId),
    }),
  }),
});

function placed(change: Extract<MediaChange, { type: 'MEDIA_REORDERED' }>, { viewer }: Context) {
  return change.order.filter(({ ready }) => ready || may(viewer, 'read'));
}

builder.objectRef<EventOf<'MEDIA_REORDERED'>>('MediaReordered').implement({
  description: 'The order of the gallery changed.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    order: t.idList({
      description: 'Every media that this viewer may see, in order.',
      resolve: ({ change }, _, context) =>
        placed(change, context).map(({ id }) => encodeId('Media', id)),
    }),
    positions: t.intList({
      description: 'The new `position` of each, in the same order.',
      resolve: ({ change }, _, context) => placed(change, context).map(({ position }) => position),
    }),
  }),
});

const Reason = builder.enumType('MediaStreamResetReason', {
  description: 'Why a stream cannot go on from its cursor.',
  values: {
    UNKNOWN_CURSOR: { description: 'It is none of this feed.' },
    PRUNED: { description: 'Events after it are no longer kept.' },
  } satisfies Record<ResetReason, { description: string }>,
});

builder.objectRef<EventOf<'MEDIA_STREAM_RESET'>>('MediaStreamReset').implement({
  description: 'Events may be missing: read the media again. The stream goes on from here.',
  interfaces: [MediaEvent],
  fields: (t) => ({
    reason: t.field({ type: Reason, description: 'Why.', resolve: ({ change }) => change.reason }),
  }),
});

// What a stream asks lasts as long as it does, and keeps nothing else of its request.

/** Until the vehicle is taken back; of one that is deleted the end is told. */
function vehicleAccess(
  { prisma, tenants, viewer, stillMay }: Context,
  { id, dealershipId }: { id: string; dealershipId: string },
): () => Promise<Access> {
  const right = may(viewer, 'read') ? 'read' : null;
  return async () => {
    if (!(await stillMay(viewer, right))) return 'denied';
    if (right) return 'granted';
    const seen = await prisma.vehicle.count({ where: { AND: [visibleVehicles(viewer), { id }] } });
    if (seen > 0) return 'granted';
    const hidden = await tenants
      .asTenant(dealershipId)
      .vehicle.count({ where: { dealershipId, id } });
    return hidden > 0 ? 'denied' : 'gone';
  };
}

function dealershipAccess({ stillMay }: Context, actor: Actor): () => Promise<Access> {
  return async () => ((await stillMay(actor, 'follow')) ? 'granted' : 'denied');
}

/** When to look whether a viewer may still follow, beside before events. */
function whileAllowed({ viewer, viewerChanges }: Context) {
  return {
    endsAt: viewer.kind === 'visitor' ? null : viewer.expiresAt,
    onDoubt: (ask: () => void) =>
      viewer.kind === 'visitor' && viewer.keyId === undefined
        ? () => undefined
        : viewerChanges.onChange((change) => {
            if (concerns(change, viewer)) ask();
          }),
  };
}

builder.subscriptionFields((t) => ({
  vehicleMediaChanged: t.field({
    type: MediaEvent,
    description:
      'What happens to the media of one vehicle, as far as this viewer may know. When the vehicle is deleted each media is told as removed, and the stream completes.',
    args: {
      vehicleId: t.arg.id({ required: true }),
      after: t.arg.string({
        description: 'The last cursor that is known, or a `mediaCursor`; from now on when absent.',
      }),
    },
    subscribe: async (_, { vehicleId, after }, context) => {
      const { prisma, viewer, feed } = context;
      const uuid = uuidOf('Vehicle', vehicleId);
      const vehicle =
        uuid === null
          ? null
          : await prisma.vehicle.findFirst({
              where: { AND: [visibleVehicles(viewer), { id: uuid }] },
              select: { id: true, dealershipId: true },
            });
      if (!vehicle) throw topLevelError('NOT_FOUND', 'There is no such vehicle.');
      return feed.subscribe({
        scope: { kind: 'vehicle', dealershipId: vehicle.dealershipId, vehicleId: vehicle.id },
        publicOnly: !may(viewer, 'read'),
        after: after ?? null,
        access: vehicleAccess(context, vehicle),
        accessKey:
          viewer.kind === 'visitor' ? [vehicle.id, viewer.keyId, viewer.origin].join(' ') : null,
        ...whileAllowed(context),
      });
    },
    resolve: (event) => event,
  }),
  dealershipMediaChanged: t.field({
    type: MediaEvent,
    description: 'What happens to the media of a whole dealership. For whoever may read all of it.',
    args: {
      dealershipId: t.arg.id({ required: true }),
      after: t.arg.string({
        description: 'The last cursor that is known; from now on when absent.',
      }),
    },
    subscribe: (_, { dealershipId, after }, context) => {
      const actor = requireRight(context, 'follow');
      if (uuidOf('Dealership', dealershipId) !== actor.dealershipId) {
        throw topLevelError('NOT_FOUND', 'There is no such dealership.');
      }
      return context.feed.subscribe({
        scope: { kind: 'dealership', dealershipId: actor.dealershipId },
        publicOnly: false,
        after: after ?? null,
        access: dealershipAccess(context, actor),
        accessKey: null,
        ...whileAllowed(context),
      });
    },
    resolve: (event) => event,
  }),
}));
