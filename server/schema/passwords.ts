import { requirePerson } from '../context.ts';
import { builder } from './builder.ts';
import { attempt, userErrorsField, type Payload } from './user-error.ts';

export const PASSWORD_RULES =
  '8 characters to 1,024 bytes, and none that is easily guessed: WEAK_PASSWORD says why.';

const ChangePasswordInput = builder.inputType('ChangePasswordInput', {
  description: 'A new password instead of the present one.',
  fields: (t) => ({
    currentPassword: t.string({ required: true, description: 'The present one.' }),
    newPassword: t.string({ required: true, description: PASSWORD_RULES }),
  }),
});

const ChangePasswordPayload = builder
  .objectRef<{ endedSessions?: number } & Payload>('ChangePasswordPayload')
  .implement({
    description: 'What came of it.',
    fields: (t) => ({
      endedSessions: t.int({
        description: 'How many other sessions of the person ended with the old password.',
        resolve: ({ endedSessions }) => endedSessions ?? 0,
      }),
      userErrors: t.field(userErrorsField),
    }),
  });

builder.mutationField('changePassword', (t) =>
  t.field({
    type: ChangePasswordPayload,
    description: 'Changes the password of whoever asks, and ends all of their other sessions.',
    args: { input: t.arg({ type: ChangePasswordInput, required: true }) },
    resolve: (_, { input }, context) => {
      const person = requirePerson(context, 'read');
      return attempt(async () => ({
        endedSessions: await context.accounts.passwords.change(
          person,
          input.currentPassword,
          input.newPassword,
        ),
      }));
    },
  }),
);

const PasswordResetPayload = builder.objectRef<Payload>('PasswordResetPayload').implement({
  description: 'Whether it was taken.',
  fields: (t) => ({ userErrors: t.field(userErrorsField) }),
});

const RequestPasswordResetInput = builder.inputType('RequestPasswordResetInput', {
  description: 'Who forgot the password.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'What the person logs in with.' }),
  }),
});

builder.mutationField('requestPasswordReset', (t) =>
  t.field({
    type: PasswordResetPayload,
    description:
      'Sends a link to a new password, good for an hour, if somebody has this address. Whether somebody has is not told. MAIL_UNAVAILABLE where the server sends no mail.',
    args: { input: t.arg({ type: RequestPasswordResetInput, required: true }) },
    resolve: (_, { input }, { accounts, rateLimits, address }) =>
      attempt(async () => {
        await rateLimits.count('password-reset', address);
        accounts.passwords.requestReset(input.email);
        return {};
      }),
  }),
);

const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password instead of a forgotten one.',
  fields: (t) => ({
    token: t.string({ required: true, description: 'Of the link in the mail.' }),
    newPassword: t.string({ required: true, description: PASSWORD_RULES }),
  }),
});

builder.mutationField('resetPassword', (t) =>
  t.field({
    type: PasswordResetPayload,
    description:
      'Sets a new password, once for each link, and ends all sessions of the person: log in with it. NOT_FOUND when the link is over or was used.',
    args: { input: t.arg({ type: ResetPasswordInput, required: true }) },
    resolve: (_, { input }, { accounts, rateLimits, address }) =>
      attempt(async () => {
        await rateLimits.count('password-reset', address);
        await accounts.passwords.reset(input.token, input.newPassword);
        return {};
      }),
  }),
);
