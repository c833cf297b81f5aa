-- The second wall between dealerships: row-level security, for two roles that cannot bypass it.
-- The server takes one of them on for each statement or transaction that serves somebody.
-- Databases of one cluster share their roles: another one may be about to make them, too.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['forecourt_tenant', 'forecourt_visitor'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
      END;
    END IF;
    BEGIN
      EXECUTE format('SET LOCAL ROLE %I', wanted);
      RESET ROLE;
    EXCEPTION WHEN insufficient_privilege THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    END;
  END LOOP;
END
$$;

-- Whom the transaction serves. An error when nobody said: no rows by accident, and none of others.
CREATE FUNCTION "current_dealership"() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT current_setting('forecourt.dealership')::uuid
$$;

-- Puts a table behind the wall, whose rows say in dealership_id whose they are. Every migration
-- that makes such a table calls it.
CREATE FUNCTION "wall_in"(target regclass, privileges text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY "tenant" ON %s TO forecourt_tenant USING (dealership_id = (SELECT current_dealership()))', target);
  EXECUTE format('GRANT %s ON %s TO forecourt_tenant', privileges, target);
END
$$;

DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO forecourt_tenant, forecourt_visitor', current_schema());
END
$$;

SELECT wall_in('vehicles', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('uploads', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('media', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('media_jobs', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('renditions', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('idempotency_keys', 'SELECT, INSERT, UPDATE, DELETE');
SELECT wall_in('memberships', 'SELECT');
SELECT wall_in('media_events', 'SELECT, INSERT');
GRANT USAGE ON SEQUENCE "media_events_seq_seq" TO forecourt_tenant;

-- A dealership sees itself. Its columns of usage are what triggers write.
ALTER TABLE "dealerships" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "dealerships" TO forecourt_tenant USING (id = (SELECT current_dealership()));
GRANT SELECT, UPDATE (
  image_count, image_bytes, video_count, video_bytes,
  reserved_image_count, reserved_image_bytes, reserved_video_count, reserved_video_bytes
) ON "dealerships" TO forecourt_tenant;

-- Its people, without their passwords.
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "users" TO forecourt_tenant USING (EXISTS (
  SELECT 1 FROM memberships member
  WHERE member.user_id = users.id AND member.dealership_id = (SELECT current_dealership())
));
GRANT SELECT (id, email, name, created_at) ON "users" TO forecourt_tenant;

-- Objects that were nobody's: public ones, whose keys say nothing, and its own.
ALTER TABLE "orphaned_objects" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "orphaned_objects" TO forecourt_tenant USING (
  split_part(key, '/', 1) = 'r' OR split_part(key, '/', 2) = (SELECT current_dealership()::text)
);
GRANT SELECT, DELETE ON "orphaned_objects" TO forecourt_tenant;

-- Visitors only read, and only what is published. That it is said here, too, lets their lists use
-- an index by status: a condition of the query on a type like an enum comes after those of policies.
CREATE POLICY "visitor" ON "dealerships" TO forecourt_visitor USING (id = (SELECT current_dealership()));
CREATE POLICY "visitor" ON "vehicles" TO forecourt_visitor
  USING (dealership_id = (SELECT current_dealership()) AND status = 'PUBLISHED');
CREATE POLICY "visitor" ON "media" TO forecourt_visitor
  USING (dealership_id = (SELECT current_dealership()) AND status = 'READY' AND deleted_at IS NULL);
CREATE POLICY "visitor" ON "renditions" TO forecourt_visitor USING (dealership_id = (SELECT current_dealership()));
GRANT SELECT ON "dealerships", "vehicles", "media", "renditions" TO forecourt_visitor;
