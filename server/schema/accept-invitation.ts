import { builder } from './builder.ts';
import { SessionPayload } from './session.ts';
import { attempt } from './user-error.ts';

const AcceptInvitationInput = builder.inputType('AcceptInvitationInput', {
  description: 'Who joins. With an account: its password, or nothing when logged in to it.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'Of the link in the mail.' }),
    name: t.string({
      description: 'For a new account: how the person is called, at most 100 characters.',
    }),
    password: t.string({
      description: 'For a new account a new password, as for `signUp`; else the one it has.',
    }),
  }),
});

builder.mutationField('acceptInvitation', (t) =>
  t.field({
    type: SessionPayload,
    description:
      'Joins the dealership of an invitation, once, and logs in there. NOT_FOUND when the invitation is over or was used, INVALID_CREDENTIALS when there is an account with another password.',
    args: { input: t.arg({ type: AcceptInvitationInput, required: true }) },
    resolve: (_, { input }, { accounts, viewer }) =>
      attempt(async () => ({
        session: await accounts.invitations.accept(input, viewer.kind === 'staff' ? viewer : null),
      })),
  }),
);
