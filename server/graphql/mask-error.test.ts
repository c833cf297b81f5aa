import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createMaskError } from './mask-error.ts';

const mask = createMaskError(pino({ level: 'silent' }));

it('asks for the request again when the database was out of reach', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), {
    code: 'ECONNREFUSED',
  });
  const masked = mask(new GraphQLError(refused.message, { originalError: refused }));
  expect(masked).toMatchObject({
    message:
      'The server is busy. Send the request again, a mutation with the same idempotency key.',
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1, http: { status: 503 } },
  });
});

it('says nothing of a defect but its number', () => {
  const masked = mask(new GraphQLError('x', { originalError: new TypeError('secret') }));
  expect(masked).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
  expect(JSON.stringify(masked)).not.toContain('secret');
});
