import { builder } from './builder.ts';
import { idempotencyKey } from './idempotency-key.ts';

/** The input of a mutation that ends a key or a token for good. */
export const revokeInput = (name: string, description: string, which: string) =>
  builder.inputType(name, {
    description,
    fields: (t) => ({
      id: t.id({ required: true, description: which }),
      idempotencyKey: t.string(idempotencyKey),
    }),
  });
