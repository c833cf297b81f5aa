import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Prisma } from '../../generated/prisma/client.ts';
import type {
  AuditAction as Action,
  AuditActorKind as ActorKind,
  AuditSubjectKind as SubjectKind,
} from '../../generated/prisma/enums.ts';
import { may } from '../accounts/rights.ts';
import { builder } from './builder.ts';
import { momentPage } from './moment-page.ts';
import { uuidOf } from '../node-id.ts';

const described = <Name extends string>(values: Record<Name, string>) =>
  Object.fromEntries(
    Object.entries<string>(values).map(([name, description]) => [name, { description }]),
  ) as Record<Name, { description: string }>;

const AuditAction = builder.enumType('AuditAction', {
  description: 'What somebody did. More may come.',
  values: described<Action>({
    SIGNED_UP: 'Made the dealership.',
    LOGGED_IN: 'Opened a session.',
    LOG_IN_FAILED: 'Said a wrong password of a person who works here.',
    LOGGED_OUT: 'Ended a session, or all of their own.',
    PASSWORD_CHANGED: 'Changed their own password.',
    PASSWORD_RESET_REQUESTED: 'Had a link sent to a person who works here.',
    PASSWORD_RESET: 'Chose a new password with a link.',
    MEMBER_INVITED: 'Invited somebody.',
    INVITATION_REVOKED: 'Took an invitation back.',
    INVITATION_ACCEPTED: 'Joined the dealership.',
    ROLE_CHANGED: 'Gave somebody another role.',
    MEMBER_REMOVED: 'Let somebody go, or left.',
    API_KEY_CREATED: 'Made an API key.',
    API_KEY_REVOKED: 'Took an API key back.',
    EMBED_KEY_CREATED: 'Made an embed key.',
    EMBED_KEY_CHANGED: 'Changed where an embed key is good.',
    EMBED_KEY_REVOKED: 'Took an embed key back.',
    UPLOAD_TOKEN_CREATED: 'Made an upload token.',
    UPLOAD_TOKEN_REVOKED: 'Took an upload token back.',
    VEHICLE_DELETED: 'Deleted a vehicle with its media.',
    MEDIA_DELETED: 'Took a media out of its gallery.',
    MEDIA_RESTORED: 'Brought a deleted media back.',
    DOCUMENTS_REGISTERED: 'Let clients name queries by their hash.',
    DOCUMENTS_UNREGISTERED: 'Had queries that clients name by their hash forgotten.',
  }),
});

const AuditActorKind = builder.enumType('AuditActorKind', {
  description: 'What did it.',
  values: described<ActorKind>({
    USER: 'A person.',
    API_KEY: 'A program with an API key.',
    UPLOAD_TOKEN: 'A page with an upload token.',
    SYSTEM: 'The server, or somebody who is not known.',
  }),
});

const AuditSubjectKind = builder.enumType('AuditSubjectKind', {
  description: 'What it was done to.',
  values: described<SubjectKind>({
    DEALERSHIP: 'The dealership.',
    USER: 'A person.',
    INVITATION: 'An invitation.',
    VEHICLE: 'A vehicle.',
    MEDIA: 'A media.',
    API_KEY: 'An API key.',
    EMBED_KEY: 'An embed key.',
    UPLOAD_TOKEN: 'An upload token.',
  }),
});

/** As ids of these kinds begin; ids of what is gone stay readable. */
const ID_KINDS = {
  USER: 'User',
  DEALERSHIP: 'Dealership',
  INVITATION: 'Invitation',
  VEHICLE: 'Vehicle',
  MEDIA: 'Media',
  API_KEY: 'ApiKey',
  EMBED_KEY: 'EmbedKey',
  UPLOAD_TOKEN: 'UploadToken',
} as const;

const idOf = (kind: keyof typeof ID_KINDS, uuid: string): string =>
  Buffer.from(`${ID_KINDS[kind]}:${uuid}`).toString('base64url');

const AuditDetail = builder
  .objectRef<{ name: string; value: string | null }>('AuditDetail')
  .implement({
    description: 'One more thing about an entry.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Such as `role` or `email`.' }),
      value: t.exposeString('value', { nullable: true, description: 'As it was then.' }),
    }),
  });

const AuditEntry = builder.prismaObject('AuditEntry', {
  description: 'Who did what. Entries are never changed.',
  select: {
    id: true,
    at: true,
    action: true,
    actorKind: true,
    actorId: true,
    actorName: true,
    subjectKind: true,
    subjectId: true,
    details: true,
  },
  fields: (t) => ({
    id: t.id({
      description: 'Opaque.',
      resolve: ({ id }) => Buffer.from(`AuditEntry:${id}`).toString('base64url'),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    action: t.expose('action', { type: AuditAction, description: 'What.' }),
    actorKind: t.expose('actorKind', { type: AuditActorKind, description: 'What kind did it.' }),
    actorId: t.id({
      nullable: true,
      description: 'Of the person, the API key or the upload token. Null for the system.',
      resolve: ({ actorKind, actorId }) =>
        actorId === null || actorKind === 'SYSTEM' ? null : idOf(actorKind, actorId),
    }),
    actorName: t.exposeString('actorName', {
      nullable: true,
      description: 'What it was called then. Null for the system.',
    }),
    subjectKind: t.expose('subjectKind', {
      type: AuditSubjectKind,
      description: 'What kind it was done to.',
    }),
    subjectId: t.id({
      description: 'Whom or what it was done to; it may be gone.',
      resolve: ({ subjectKind, subjectId }) => idOf(subjectKind, subjectId),
    }),
    details: t.field({
      type: [AuditDetail],
      description: 'What else there is to say.',
      resolve: ({ details }) =>
        Object.entries((details ?? {}) as Record<string, string | number | null>).map(
          ([name, value]) => ({ name, value: value === null ? null : String(value) }),
        ),
    }),
  }),
});

const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Which entries; all of it must hold.',
  fields: (t) => ({
    action: t.field({ type: [AuditAction], description: 'Any of these.' }),
    actorId: t.id({ description: 'What this person did.' }),
    since: t.field({ type: 'DateTime', description: 'At this moment or later.' }),
    until: t.field({ type: 'DateTime', description: 'Before this moment.' }),
  }),
});

/** Matches nothing: who no id is of has done nothing. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

type Row = Prisma.AuditEntryGetPayload<object>;

builder.prismaObjectField('Dealership', 'auditLog', (t) =>
  t.connection(
    {
      type: AuditEntry,
      nullable: true,
      description:
        'Who did what, 20 a page unless said otherwise, newest first. Null for whoever may not read it.',
      args: { filter: t.arg({ type: AuditFilter, description: 'Only these.' }) },
      resolve: async (dealership, args, context, info) => {
        if (!may(context.viewer, 'readAuditLog')) return null;
        const page = momentPage(args, { at: 'at', id: 'id', direction: 'desc' });
        const { action, actorId, since, until } = args.filter ?? {};
        const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']] });
        const rows = await context.prisma.auditEntry.findMany({
          ...(query as { select?: Prisma.AuditEntrySelect }),
          where: {
            AND: [
              { dealershipId: dealership.id },
              page.where,
              {
                ...(action && { action: { in: [...action] } }),
                ...(actorId != null && { actorId: uuidOf('User', actorId) ?? NOBODY }),
                at: { ...(since && { gte: since }), ...(until && { lt: until }) },
              },
            ],
          },
          orderBy: page.orderBy,
          take: page.take,
        });
        return page.toConnection(rows as Row[]);
      },
    },
    { name: 'AuditLogConnection', description: 'A page of the audit log.' },
    { name: 'AuditLogEdge', description: 'An entry in its list.' },
  ),
);
