import type { Session as IssuedSession } from '../accounts/sessions.ts';
import type { Staff } from '../accounts/viewer.ts';
import { builder } from './builder.ts';
import { Dealership } from './dealership.ts';
import { Role } from './enums.ts';
import { Node } from './node.ts';
import { encodeId } from './node-id.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

const User = builder.prismaObject('User', {
  description: 'A person who works for a dealership.',
  interfaces: [Node],
  select: { id: true, email: true, name: true },
  fields: (t) => ({
    id: t.id({ description: 'Opaque.', resolve: ({ id }) => encodeId('User', id) }),
    email: t.exposeString('email', { description: 'What the person logs in with.' }),
    name: t.exposeString('name', { description: 'How the person is called.' }),
  }),
});

const Viewer = builder.objectRef<Staff>('Viewer').implement({
  description: 'Who is logged in.',
  fields: (t) => ({
    user: t.prismaField({
      type: User,
      description: 'The person.',
      resolve: (query, { userId }, _, { prisma }) =>
        prisma.user.findUniqueOrThrow({ ...query, where: { id: userId } }),
    }),
    dealership: t.prismaField({
      type: Dealership,
      description: 'The dealership that the session is for.',
      resolve: (query, { dealershipId }, _, { prisma }) =>
        prisma.dealership.findUniqueOrThrow({ ...query, where: { id: dealershipId } }),
    }),
    role: t.field({
      type: Role,
      description: 'What the person may do there.',
      resolve: ({ role }) => role,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When the session ends.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is logged in; null when nobody is.',
    resolve: (_root, _args, { viewer }) => (viewer.kind === 'staff' ? viewer : null),
  }),
);

const Session = builder.objectRef<IssuedSession>('Session').implement({
  description: 'Proof of a log-in.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'Send it as `Authorization: Bearer …`, or as `token` in `connectionParams`.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it ends; log in again then.',
      resolve: ({ expiresAt }) => expiresAt,
    }),
  }),
});

const SessionPayload = builder
  .objectRef<{ session?: IssuedSession } & Payload>('SessionPayload')
  .implement({
    description: 'What a log-in gives.',
    fields: (t) => ({
      session: t.field({
        type: Session,
        nullable: true,
        description: 'Null when the log-in failed.',
        resolve: ({ session }) => session ?? null,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

const LogInInput = builder.inputType('LogInInput', {
  description: 'Who wants to log in.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'Upper and lower case are the same.' }),
    password: t.string({ required: true, description: 'As it was chosen.' }),
  }),
});

builder.mutationField('logIn', (t) =>
  t.field({
    type: SessionPayload,
    description: 'Opens a session with e-mail and password.',
    args: { input: t.arg({ type: LogInInput, required: true }) },
    resolve: (_, { input }, { logIn }) =>
      attempt(async () => ({ session: await logIn(input.email, input.password) })),
  }),
);
