import type { Prisma } from '../../generated/prisma/client.ts';
import type { AuditAction, AuditSubjectKind } from '../../generated/prisma/enums.ts';
import { audit, auditActor, type AuditRecord } from '../accounts/audit.ts';
import { tellViewerChange } from '../accounts/viewer-changes.ts';
import type { Actor } from '../accounts/viewer.ts';

type KeySubject = Extract<AuditSubjectKind, 'API_KEY' | 'EMBED_KEY' | 'UPLOAD_TOKEN'>;

/** Writes down what was done with a key, in the transaction that did it. */
export function noteKey(
  tx: Prisma.TransactionClient,
  actor: Actor,
  action: Extract<AuditAction, `${KeySubject}_${string}`>,
  id: string,
  details?: AuditRecord['details'],
): Promise<void> {
  const kind = action.replace(/_[A-Z]+$/, '') as KeySubject;
  return audit(tx, actor.dealershipId, {
    actor: auditActor(actor),
    action,
    subject: { kind, id },
    ...(details && { details }),
  });
}

/** Has live streams that hang on a key look again at what they may show. */
export function tellKeyChange(
  tx: Prisma.TransactionClient,
  { dealershipId }: Actor,
  keyId: string,
): Promise<void> {
  return tellViewerChange(tx, { dealershipId, keyId });
}
