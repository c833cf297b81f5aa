import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Prisma } from '../../generated/prisma/client.ts';
import { isOpen } from '../accounts/invitations.ts';
import { may } from '../accounts/rights.ts';
import { requirePerson } from '../context.ts';
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts';
import { User } from './account.ts';
import { builder } from './builder.ts';
import { Role } from './enums.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { momentPage } from './moment-page.ts';
import { Node } from './node.ts';
import { encodeId, uuidOf } from '../node-id.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const Member = builder.prismaObject('Membership', {
  name: 'Member',
  description: 'A person who works at a dealership.',
  select: { dealershipId: true, userId: true, role: true, createdAt: true },
  fields: (t) => ({
    user: t.relation('user', { type: User, description: 'Who it is.' }),
    role: t.expose('role', { type: Role, description: 'What they may do there.' }),
    joinedAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

type MemberRow = Prisma.MembershipGetPayload<object>;

builder.prismaObjectField('Dealership', 'members', (t) =>
  t.connection(
    {
      type: Member,
      nullable: true,
      description:
        'Who works there, 20 a page unless said otherwise, whoever came first first. Null for whoever may not manage members.',
      resolve: async (dealership, args, context, info) => {
        if (!may(context.viewer, 'manageMembers')) return null;
        const page = momentPage(args, { at: 'createdAt', id: 'userId', direction: 'asc' });
        const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']] });
        const rows = await context.prisma.membership.findMany({
          ...(query as { select?: Prisma.MembershipSelect }),
          where: { dealershipId: dealership.id, ...page.where },
          orderBy: page.orderBy,
          take: page.take,
        });
        return page.toConnection(rows as MemberRow[]);
      },
    },
    { name: 'MemberConnection', description: 'A page of members.' },
    { name: 'MemberEdge', description: 'A member in their list.' },
  ),
);

const Invitation = builder.prismaObject('Invitation', {
  description: 'Somebody was asked by mail to join a dealership.',
  interfaces: [Node],
  select: {
    id: true,
    dealershipId: true,
    email: true,
    role: true,
    createdAt: true,
    expiresAt: true,
    sentAt: true,
    acceptedAt: true,
    revokedAt: true,
  },
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('Invitation', id) }),
    email: t.exposeString('email', { description: 'Where the mail went.' }),
    role: t.expose('role', { type: Role, description: 'What they are to be.' }),
    invitedBy: t.relation('invitedBy', {
      type: User,
      nullable: true,
      description: 'Who asked them. Null when that person works there no more.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is open.' }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the mail was sent. Null for a moment, or when it failed: invite again then.',
    }),
    acceptedAt: t.expose('acceptedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null until it is accepted.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null unless it was taken back.',
    }),
  }),
});

type InvitationRow = Prisma.InvitationGetPayload<object>;

builder.prismaObjectField('Dealership', 'invitations', (t) =>
  t.connection(
    {
      type: Invitation,
      nullable: true,
      description:
        'Invitations that are open, 20 a page unless said otherwise, newest first. Null for whoever may not manage members.',
      resolve: async (dealership, args, context, info) => {
        if (!may(context.viewer, 'manageMembers')) return null;
        const page = momentPage(args, { at: 'createdAt', id: 'id', direction: 'desc' });
        const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']] });
        const rows = await context.prisma.invitation.findMany({
          ...(query as { select?: Prisma.InvitationSelect }),
          where: { AND: [{ dealershipId: dealership.id, ...isOpen(new Date()) }, page.where] },
          orderBy: page.orderBy,
          take: page.take,
        });
        return page.toConnection(rows as InvitationRow[]);
      },
    },
    { name: 'InvitationConnection', description: 'A page of invitations.' },
    { name: 'InvitationEdge', description: 'An invitation in its list.' },
  ),
);

const MemberPayload = builder.objectRef<{ userId?: string } & Payload>('MemberPayload').implement({
  description: 'A member after a change.',
  fields: (t) => ({
    member: t.prismaField({
      type: Member,
      nullable: true,
      description: 'Null when nothing was changed.',
      resolve: (query, { userId }, _, { prisma, viewer }) =>
        userId && viewer.dealershipId
          ? prisma.membership.findFirst({
              ...query,
              where: { dealershipId: viewer.dealershipId, userId },
            })
          : null,
    }),
    userErrors: t.field(userErrorsField),
  }),
});

const ChangeRoleInput = builder.inputType('ChangeRoleInput', {
  description: 'Another role for somebody.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Whose.' }),
    role: t.field({ type: Role, required: true, description: 'Only owners make owners.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('changeRole', (t) =>
  t.field({
    type: MemberPayload,
    description:
      'Changes at once what somebody may do, and ends the invitations they have sent. LAST_OWNER for the only owner. FORBIDDEN when a manager asks it for an owner.',
    args: { input: t.arg({ type: ChangeRoleInput, required: true }) },
    resolve: (_, { input }, context) => {
      const person = requirePerson(context, 'manageMembers');
      return attempt(async () => ({
        userId: await context.accounts.members.changeRole(
          person,
          uuidOf('User', input.userId),
          input.role,
          readIdempotencyKey(person, 'changeRole', input),
        ),
      }));
    },
  }),
);

const RemoveMemberInput = builder.inputType('RemoveMemberInput', {
  description: 'Who is to go.',
  fields: (t) => ({
    userId: t.id({ required: true, description: 'Your own id lets you go.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const RemoveMemberPayload = builder
  .objectRef<{ removedId?: string } & Payload>('RemoveMemberPayload')
  .implement({
    description: 'Who went.',
    fields: (t) => ({
      removedId: t.id({
        nullable: true,
        description: 'Null when nobody went.',
        resolve: ({ removedId }) => removedId ?? null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

builder.mutationField('removeMember', (t) =>
  t.field({
    type: RemoveMemberPayload,
    description:
      'Takes somebody out of the dealership: their sessions there end at once. Their account stays. LAST_OWNER for the only owner.',
    args: { input: t.arg({ type: RemoveMemberInput, required: true }) },
    resolve: (_, { input }, context) => {
      const userId = uuidOf('User', input.userId);
      const self = context.viewer.kind === 'staff' && context.viewer.userId === userId;
      const person = requirePerson(context, self ? 'read' : 'manageMembers');
      return attempt(async () => {
        const key = readIdempotencyKey(person, 'removeMember', input);
        await context.accounts.members.remove(person, userId, key);
        return { removedId: input.userId };
      });
    },
  }),
);

const InvitationPayload = builder
  .objectRef<{ invitationId?: string } & Payload>('InvitationPayload')
  .implement({
    description: 'An invitation after a change.',
    fields: (t) => ({
      invitation: t.prismaField({
        type: Invitation,
        nullable: true,
        description: 'Null when nothing was changed.',
        resolve: (query, { invitationId }, _, { prisma, viewer }) =>
          invitationId && viewer.dealershipId
            ? prisma.invitation.findFirst({
                ...query,
                where: { dealershipId: viewer.dealershipId, id: invitationId },
              })
            : null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const InviteMemberInput = builder.inputType('InviteMemberInput', {
  description: 'Who is asked to join.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'Where the mail goes.' }),
    role: t.field({ type: Role, required: true, description: 'Only owners invite owners.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('inviteMember', (t) =>
  t.field({
    type: InvitationPayload,
    description:
      'Sends a link with which somebody joins within 7 days. An open invitation of the same address ends. MAIL_UNAVAILABLE where the server sends no mail.',
    args: { input: t.arg({ type: InviteMemberInput, required: true }) },
    resolve: (_, { input }, context) => {
      const person = requirePerson(context, 'manageMembers');
      return attempt(async () => ({
        invitationId: await context.accounts.invitations.invite(
          person,
          input,
          readIdempotencyKey(person, 'inviteMember', input),
        ),
      }));
    },
  }),
);

const RevokeInvitationInput = builder.inputType('RevokeInvitationInput', {
  description: 'An invitation to take back.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which one.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('revokeInvitation', (t) =>
  t.field({
    type: InvitationPayload,
    description: 'Takes an invitation back that was not accepted: its link leads nowhere.',
    args: { input: t.arg({ type: RevokeInvitationInput, required: true }) },
    resolve: (_, { input }, context) => {
      const person = requirePerson(context, 'manageMembers');
      return attempt(async () => ({
        invitationId: await context.accounts.invitations.revoke(
          person,
          uuidOf('Invitation', input.id),
          readIdempotencyKey(person, 'revokeInvitation', input),
        ),
      }));
    },
  }),
);
