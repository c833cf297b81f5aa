import type { Pool } from 'pg';
import { v7 as uuid } from 'uuid';
import type { Prisma } from '../../generated/prisma/client.ts';
import type {
  AuditAction,
  AuditActorKind,
  AuditSubjectKind,
} from '../../generated/prisma/enums.ts';
import type { Actor } from './viewer.ts';

/** Who did it; the name is kept as it is now. */
export interface AuditActor {
  kind: AuditActorKind;
  /** Of the user, the API key or the upload token; null for the system. */
  id: string | null;
  name: string | null;
}

/** The server itself, or somebody who is not known to be who they say they are. */
export const SYSTEM: AuditActor = { kind: 'SYSTEM', id: null, name: null };

export interface AuditRecord {
  actor: AuditActor;
  action: AuditAction;
  subject: { kind: AuditSubjectKind; id: string };
  /** For people to read: no secrets, and no e-mail addresses but those of the dealership's own people and guests. */
  details?: Readonly<Record<string, string | number | null>>;
}

const ACTOR_KINDS = {
  staff: 'USER',
  integrator: 'API_KEY',
  uploader: 'UPLOAD_TOKEN',
} as const satisfies Record<Actor['kind'], AuditActorKind>;

/** Whoever asks, as the log has them. */
export function auditActor({
  kind,
  actorId,
  name,
}: Pick<Actor, 'kind' | 'actorId' | 'name'>): AuditActor {
  return { kind: ACTOR_KINDS[kind], id: actorId, name };
}

/** Writes down who did what, in the transaction of the change: both are there, or neither. */
export async function audit(
  tx: Prisma.TransactionClient,
  dealershipId: string,
  { actor, action, subject, details = {} }: AuditRecord,
): Promise<void> {
  await tx.$executeRaw`
    insert into audit_entries (id, dealership_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, details)
    values (${uuid()}::uuid, ${dealershipId}::uuid, ${actor.kind}::"AuditActorKind", ${actor.id}::uuid, ${actor.name},
      ${action}::"AuditAction", ${subject.kind}::"AuditSubjectKind", ${subject.id}::uuid, ${JSON.stringify(details)}::jsonb)`;
}

/** Writes down what concerns a person wherever they work: once for each of their dealerships. */
export async function auditPerson(
  tx: Prisma.TransactionClient,
  userId: string,
  { actor, action, details = {} }: Omit<AuditRecord, 'subject'>,
): Promise<void> {
  await tx.$executeRaw`
    insert into audit_entries (id, dealership_id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, details)
    select gen_random_uuid(), dealership_id, ${actor.kind}::"AuditActorKind", ${actor.id}::uuid, ${actor.name},
      ${action}::"AuditAction", 'USER', user_id, ${JSON.stringify(details)}::jsonb
    from memberships where user_id = ${userId}::uuid`;
}

/** Forgets entries that are past their time: the one way for them to go. */
export async function pruneAuditEntries(pool: Pool, retentionDays: number): Promise<void> {
  await pool.query('select prune_audit_entries($1)', [retentionDays]);
}
