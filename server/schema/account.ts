import { may, RIGHTS } from '../accounts/rights.ts';
import type { Actor } from '../accounts/viewer.ts';
import type { Workplace } from '../accounts/workplaces.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { Right, Role } from './enums.ts';
import { Node } from './node.ts';
import { encodeId } from '../node-id.ts';

export const User = builder.prismaObject('User', {
  description: 'A person who works for a dealership.',
  interfaces: [Node],
  select: { id: true, email: true, name: true },
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('User', id) }),
    email: t.exposeString('email', { description: 'What the person logs in with.' }),
    name: t.exposeString('name', { description: 'How the person is called.' }),
  }),
});

const ViewerDealership = builder.objectRef<Workplace>('ViewerDealership').implement({
  description: 'A dealership that the viewer may log in to.',
  fields: (t) => ({
    id: t.id({
      description: 'For `logIn`, as `dealershipId`.',
      resolve: ({ dealershipId }) => encodeId('Dealership', dealershipId),
    }),
    name: t.exposeString('name', { description: 'As people write it.' }),
    slug: t.exposeString('slug', { description: 'As addresses write it; unique.' }),
  }),
});

const ViewerMembership = builder.objectRef<Workplace>('ViewerMembership').implement({
  description: 'Where the viewer works, and as what.',
  fields: (t) => ({
    dealership: t.field({
      type: ViewerDealership,
      description: 'Where. What it has is read with a session for it.',
      resolve: (workplace) => workplace,
    }),
    role: t.field({ type: Role, description: 'As what.', resolve: ({ role }) => role }),
  }),
});

const Viewer = builder.objectRef<Actor>('Viewer').implement({
  description: 'Who asks: a person, or what has a key or a token.',
  fields: (t) => ({
    user: t.prismaField({
      type: User,
      nullable: true,
      description: 'The person. Null for a key or a token.',
      resolve: (query, { userId }, _, { prisma }) =>
        userId === null ? null : prisma.user.findUniqueOrThrow({ ...query, where: { id: userId } }),
    }),
    dealership: t.prismaField({
      type: Dealership,
      description: 'The only dealership that it is let in to.',
      resolve: (query, { dealershipId }, _, { prisma }) =>
        prisma.dealership.findUniqueOrThrow({ ...query, where: { id: dealershipId } }),
    }),
    role: t.field({
      type: Role,
      nullable: true,
      description: 'What the person is there. Null for a key or a token.',
      resolve: (actor) => (actor.kind === 'staff' ? actor.role : null),
    }),
    rights: t.field({
      type: [Right],
      description: 'What it may do there.',
      resolve: (actor) =>
        (Object.keys(RIGHTS) as (keyof typeof RIGHTS)[]).filter((right) => may(actor, right)),
    }),
    memberships: t.field({
      type: [ViewerMembership],
      description:
        'Where the person works, this dealership among them, in the order that they joined. Empty for a key or a token.',
      resolve: (actor, _args, { accounts }) =>
        actor.kind === 'staff' ? accounts.membershipsOf(actor.userId) : [],
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the session, the key or the token ends. Null for a key that has no end.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who asks; null when it is nobody in particular.',
    resolve: (_root, _args, { viewer }) => (viewer.kind === 'visitor' ? null : viewer),
  }),
);
