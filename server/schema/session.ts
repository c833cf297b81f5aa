import type { Session as IssuedSession } from '../accounts/sessions.ts';
import { requirePerson } from '../context.ts';
import { builder } from './builder.ts';
import { uuidOf } from '../node-id.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

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

export const SessionPayload = builder
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
    dealershipId: t.id({
      description:
        'For people who work for several dealerships; without it the session is for the one they joined first.',
    }),
  }),
});

builder.mutationField('logIn', (t) =>
  t.field({
    type: SessionPayload,
    description: 'Opens a session with e-mail and password.',
    args: { input: t.arg({ type: LogInInput, required: true }) },
    resolve: (_, { input }, { accounts, rateLimits, address }) =>
      attempt(async () => {
        await rateLimits.count('log-in-address', address, ['input', 'email']);
        const session = await accounts.logIn(input.email, input.password, {
          ...(input.dealershipId != null && {
            dealershipId: uuidOf('Dealership', input.dealershipId),
          }),
          from: address,
        });
        await rateLimits.giveBack('log-in-address', address);
        return { session };
      }),
  }),
);

const LogOutInput = builder.inputType('LogOutInput', {
  description: 'Which sessions to end.',
  fields: (t) => ({
    everywhere: t.boolean({
      description: 'True: every session of the person, in every dealership. Else this one alone.',
    }),
  }),
});

const LogOutPayload = builder
  .objectRef<{ endedSessions?: number } & Payload>('LogOutPayload')
  .implement({
    description: 'What ended.',
    fields: (t) => ({
      endedSessions: t.int({
        description: 'How many sessions ended, this one among them.',
        resolve: ({ endedSessions }) => endedSessions ?? 0,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

builder.mutationField('logOut', (t) =>
  t.field({
    type: LogOutPayload,
    description: 'Ends the session of the token at once, also its live streams.',
    args: { input: t.arg({ type: LogOutInput, required: true }) },
    resolve: (_, { input }, context) => {
      const staff = requirePerson(context, 'read');
      return attempt(async () => ({
        endedSessions: await context.accounts.logOut(staff, input.everywhere ?? false),
      }));
    },
  }),
);
