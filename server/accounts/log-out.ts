import type { PrismaClient } from '../../generated/prisma/client.ts';
import { audit, auditActor, auditPerson } from './audit.ts';
import type { Sessions } from './sessions.ts';
import type { Staff } from './viewer.ts';

/** Ends the session of whoever asks, or all of their sessions everywhere. Resolves to how many. */
export type LogOut = (person: Staff, everywhere: boolean) => Promise<number>;

export function createLogOut(prisma: PrismaClient, sessions: Sessions): LogOut {
  return (person, everywhere) =>
    prisma.$transaction(async (tx) => {
      const { userId, sessionId, dealershipId } = person;
      const record = { actor: auditActor(person), action: 'LOGGED_OUT' } as const;
      if (!everywhere) {
        await sessions.revoke(tx, sessionId);
        await audit(tx, dealershipId, { ...record, subject: { kind: 'USER', id: userId } });
        return 1;
      }
      const ended = await sessions.revokeAll(tx, userId);
      await auditPerson(tx, userId, { ...record, details: { sessions: ended } });
      return ended;
    });
}
