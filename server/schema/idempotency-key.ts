import { KEY_HOURS } from '../idempotency/once.ts';

/** For every input of a mutation that changes something. */
export const idempotencyKey = {
  description: `1 to 255 characters, a new one for each request. Sent again with the same input within ${KEY_HOURS} hours, the request changes nothing more and has the same result. What was refused is tried anew.`,
};
