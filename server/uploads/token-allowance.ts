import type { Prisma } from '../../generated/prisma/client.ts';
import type { Actor } from '../accounts/viewer.ts';
import { UserFailure } from '../errors.ts';

/** How many uploads whoever asks may still ask for. */
export interface Allowance {
  /** Throws QUOTA_EXCEEDED when none is left. */
  require(): void;
  /** One was granted. */
  take(): void;
  /** Writes down what was taken. */
  keep(): Promise<void>;
}

/** Those of an upload token are counted; nobody else counts its uploads until the transaction ends. */
export async function openAllowance(
  tx: Prisma.TransactionClient,
  actor: Actor,
): Promise<Allowance> {
  if (actor.kind !== 'uploader') {
    return { require: () => undefined, take: () => undefined, keep: () => Promise.resolve() };
  }
  const { dealershipId, keyId } = actor;
  const [token] = await tx.$queryRaw<{ max: number; used: number }[]>`
    select max_uploads "max", used_uploads "used" from upload_tokens
    where dealership_id = ${dealershipId}::uuid and id = ${keyId}::uuid
      and revoked_at is null and expires_at > now() for update`;
  const { max, used } = token ?? { max: 0, used: 0 };
  let taken = 0;
  return {
    require() {
      if (used + taken < max) return;
      throw new UserFailure(
        'QUOTA_EXCEEDED',
        token
          ? `This upload token was for ${max} files, and as many have been asked for. Ask for a new one.`
          : 'This upload token is revoked or past its time. Ask for a new one.',
        { limit: max },
      );
    },
    take: () => void (taken += 1),
    async keep() {
      if (taken === 0) return;
      await tx.$executeRaw`
        update upload_tokens set used_uploads = used_uploads + ${taken}
        where dealership_id = ${dealershipId}::uuid and id = ${keyId}::uuid`;
    },
  };
}
