-- CreateEnum
CREATE TYPE "AuditActorKind" AS ENUM ('USER', 'API_KEY', 'UPLOAD_TOKEN', 'SYSTEM');

-- CreateEnum
CREATE TYPE "AuditSubjectKind" AS ENUM ('DEALERSHIP', 'USER', 'INVITATION', 'VEHICLE', 'MEDIA', 'API_KEY', 'EMBED_KEY', 'UPLOAD_TOKEN');

-- CreateEnum
CREATE TYPE "AuditAction" AS ENUM ('SIGNED_UP', 'LOGGED_IN', 'LOG_IN_FAILED', 'LOGGED_OUT', 'PASSWORD_CHANGED', 'PASSWORD_RESET_REQUESTED', 'PASSWORD_RESET', 'MEMBER_INVITED', 'INVITATION_REVOKED', 'INVITATION_ACCEPTED', 'ROLE_CHANGED', 'MEMBER_REMOVED', 'API_KEY_CREATED', 'API_KEY_REVOKED', 'EMBED_KEY_CREATED', 'EMBED_KEY_CHANGED', 'EMBED_KEY_REVOKED', 'UPLOAD_TOKEN_CREATED', 'UPLOAD_TOKEN_REVOKED', 'VEHICLE_DELETED', 'MEDIA_DELETED', 'MEDIA_RESTORED');

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "dealership_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "actor_kind" "AuditActorKind" NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT,
    "action" "AuditAction" NOT NULL,
    "subject_kind" "AuditSubjectKind" NOT NULL,
    "subject_id" UUID NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sessions_dealership_id_user_id_idx" ON "sessions"("dealership_id", "user_id");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

-- CreateIndex
CREATE INDEX "audit_entries_dealership_id_at_id_idx" ON "audit_entries"("dealership_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_at_idx" ON "audit_entries"("at");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_dealership_id_user_id_fkey" FOREIGN KEY ("dealership_id", "user_id") REFERENCES "memberships"("dealership_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_dealership_id_fkey" FOREIGN KEY ("dealership_id") REFERENCES "dealerships"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What was written of who did what stays as it is, whoever asks.
CREATE FUNCTION "audit_entries_keep"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- With its dealership an entry goes, and by `prune_audit_entries`.
  IF TG_OP = 'DELETE' AND (pg_trigger_depth() > 1
      OR current_setting('forecourt.pruning_audit', true) = 'on') THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit entries are neither changed nor deleted';
END
$$;

CREATE TRIGGER "audit_entries_keep"
  BEFORE UPDATE OR DELETE ON "audit_entries" FOR EACH ROW EXECUTE FUNCTION "audit_entries_keep"();

-- The one way for an entry to go: it is old enough.
CREATE FUNCTION "prune_audit_entries"(keep_days integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  gone integer;
BEGIN
  PERFORM set_config('forecourt.pruning_audit', 'on', true);
  DELETE FROM "audit_entries" WHERE "at" < now() - make_interval(days => keep_days);
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('forecourt.pruning_audit', 'off', true);
  RETURN gone;
END
$$;
