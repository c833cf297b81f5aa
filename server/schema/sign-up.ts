import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { PASSWORD_RULES } from './passwords.ts';
import { SessionPayload } from './session.ts';
import { attempt } from './user-error.ts';

const SignUpInput = builder.inputType('SignUpInput', {
  description: 'A new dealership with its first owner.',
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'What the owner logs in with: at most 254 characters, in upper or lower case.',
    }),
    password: t.string({ required: true, description: PASSWORD_RULES }),
    name: t.string({
      required: true,
      description: 'How the owner is called: at most 100 characters.',
    }),
    dealershipName: t.string({
      required: true,
      description: 'As people write it: at most 100 characters. Its slug is made of it.',
    }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

builder.mutationField('signUp', (t) =>
  t.field({
    type: SessionPayload,
    description:
      'Makes a dealership and logs its owner in. SIGN_UP_CLOSED where the operator makes them, EMAIL_TAKEN for somebody who has an account.',
    args: { input: t.arg({ type: SignUpInput, required: true }) },
    resolve: (_, { input }, { accounts, rateLimits, address }) =>
      attempt(async () => {
        await rateLimits.count('sign-up', address);
        return { session: await accounts.signUp(input) };
      }),
  }),
);
