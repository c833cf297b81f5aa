-- Granting a ticket wrote its media twice: once without what it takes, and again once its upload was
-- there. It is written once now, with what it takes, and its upload finds that counted.

-- What counts media is written most often, and none of it is in an index: with room left on its page a
-- row is written there, and in no index.
ALTER TABLE "vehicles" SET (fillfactor = 80);
ALTER TABLE "dealerships" SET (fillfactor = 50);
ALTER TABLE "media" SET (fillfactor = 90);

CREATE OR REPLACE FUNCTION "media_set_usage"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  used bigint := 0;
  awaited bigint;
  poster bigint;
  awaited_poster bigint;
BEGIN
  NEW.used_bytes := 0;
  IF TG_OP = 'INSERT' THEN
    -- There are neither uploads nor jobs of it yet. Whoever inserts its upload next says what it takes.
    IF NEW.deleted_at IS NOT NULL THEN
      NEW.reserved_bytes := 0;
    ELSIF NEW.status <> 'PENDING_UPLOAD' THEN
      NEW.used_bytes := NEW.original_byte_size;
      NEW.reserved_bytes := 0;
    END IF;
    RETURN NEW;
  END IF;
  NEW.reserved_bytes := 0;
  IF NEW.deleted_at IS NOT NULL THEN
    RETURN NEW;
  END IF;
  SELECT coalesce(max(upload.byte_size) FILTER (WHERE NOT upload.poster), 0),
      coalesce(max(upload.byte_size) FILTER (WHERE upload.poster), 0)
    INTO awaited, awaited_poster FROM uploads upload
    WHERE upload.dealership_id = NEW.dealership_id AND upload.media_id = NEW.id AND upload.status = 'AWAITING_BYTES';
  IF NEW.status = 'PENDING_UPLOAD' AND awaited = 0 THEN
    RETURN NEW;
  END IF;
  SELECT upload.byte_size INTO poster FROM uploads upload
    WHERE upload.dealership_id = NEW.dealership_id AND upload.media_id = NEW.id
      AND upload.poster AND upload.status = 'COMPLETED'
    ORDER BY upload.completed_at DESC, upload.id DESC LIMIT 1;
  poster := coalesce(poster, 0);
  IF NEW.status <> 'PENDING_UPLOAD' THEN
    SELECT greatest(NEW.original_byte_size, max(job.byte_size)) INTO used FROM media_jobs job
      WHERE job.dealership_id = NEW.dealership_id AND job.media_id = NEW.id AND NOT job.poster;
    NEW.used_bytes := used + poster;
  END IF;
  NEW.reserved_bytes := greatest(used, awaited) + greatest(poster, awaited_poster) - NEW.used_bytes;
  RETURN NEW;
END
$$;

CREATE FUNCTION "media_touch_usage_of_upload"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.poster OR NEW.status <> 'AWAITING_BYTES' OR NOT EXISTS (
    -- The first upload of a media that was inserted with what it takes.
    SELECT FROM media m WHERE m.dealership_id = NEW.dealership_id AND m.id = NEW.media_id
      AND m.status = 'PENDING_UPLOAD' AND m.deleted_at IS NULL AND m.reserved_bytes = NEW.byte_size
      AND NOT EXISTS (SELECT FROM uploads u WHERE u.dealership_id = m.dealership_id AND u.media_id = m.id AND u.id <> NEW.id)
  ) THEN
    UPDATE media SET used_bytes = used_bytes WHERE dealership_id = NEW.dealership_id AND id = NEW.media_id;
  END IF;
  RETURN NULL;
END
$$;
DROP TRIGGER "uploads_usage" ON "uploads";
CREATE TRIGGER "uploads_usage" AFTER DELETE OR UPDATE OF "status", "byte_size"
  ON "uploads" FOR EACH ROW EXECUTE FUNCTION "media_touch_usage"();
CREATE TRIGGER "uploads_usage_added" AFTER INSERT
  ON "uploads" FOR EACH ROW EXECUTE FUNCTION "media_touch_usage_of_upload"();

CREATE OR REPLACE FUNCTION "grant_upload"(asked json) RETURNS TABLE (upload json, media json, past boolean)
LANGUAGE plpgsql AS $$
DECLARE
  dealership constant uuid := current_dealership();
  ask record;
  kept record;
  vehicle_media record;
  dealership_media record;
  ticket uuid;
  last_position integer;
  new_media media;
  new_upload uploads;
BEGIN
  SELECT * INTO ask FROM json_to_record(asked) AS x(
    upload_id uuid, media_id uuid, vehicle_id uuid, created_by_id uuid, api_key_id uuid, upload_token_id uuid,
    client_ref text, file_name text, kind "MediaKind", content_type text, byte_size bigint, md5 text, sha256 text,
    "position" integer, alt text, group_key text, ttl_seconds double precision,
    max_media integer, max_bytes bigint, max_dealership_bytes bigint,
    key text, key_lock bigint, actor_id uuid, mutation text, input_hash text, part text);

  IF ask.key IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(ask.key_lock);
    SELECT k.mutation, k.input_hash, k.results ->> ask.part AS result INTO kept FROM idempotency_keys k
      WHERE k.dealership_id = dealership AND k.actor_id = ask.actor_id AND k.key = ask.key;
    IF FOUND THEN
      IF kept.mutation <> ask.mutation OR kept.input_hash <> ask.input_hash THEN
        RETURN;
      END IF;
      ticket := kept.result;
    END IF;
  END IF;

  SELECT v.image_count + v.video_count + v.reserved_image_count + v.reserved_video_count AS count,
      v.image_bytes + v.video_bytes + v.reserved_image_bytes + v.reserved_video_bytes AS bytes
    INTO vehicle_media FROM vehicles v
    WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT d.image_bytes + d.video_bytes + d.reserved_image_bytes + d.reserved_video_bytes AS bytes
    INTO dealership_media FROM dealerships d WHERE d.id = dealership FOR NO KEY UPDATE;
  UPDATE uploads u SET status = 'EXPIRED', updated_at = now()
    WHERE u.dealership_id = dealership AND u.vehicle_id = ask.vehicle_id
      AND u.status = 'AWAITING_BYTES' AND u.expires_at <= now();
  IF FOUND THEN
    SELECT v.image_count + v.video_count + v.reserved_image_count + v.reserved_video_count AS count,
        v.image_bytes + v.video_bytes + v.reserved_image_bytes + v.reserved_video_bytes AS bytes
      INTO vehicle_media FROM vehicles v WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id;
    SELECT d.image_bytes + d.video_bytes + d.reserved_image_bytes + d.reserved_video_bytes AS bytes
      INTO dealership_media FROM dealerships d WHERE d.id = dealership;
  END IF;

  IF ticket IS NULL THEN
    -- A new media takes its size and no more: there is room afterwards when there is before.
    IF vehicle_media.count + 1 > ask.max_media OR vehicle_media.bytes + ask.byte_size > ask.max_bytes
        OR dealership_media.bytes + ask.byte_size > ask.max_dealership_bytes THEN
      RETURN;
    END IF;
    IF ask.sha256 IS NOT NULL AND EXISTS (
      SELECT FROM media m WHERE m.dealership_id = dealership AND m.original_sha256 = ask.sha256
        AND m.original_byte_size = ask.byte_size AND m.original_content_type = ask.content_type
        AND m.status IN ('READY', 'PROCESSING', 'UPLOADED') AND m.deleted_at IS NULL
    ) THEN
      RETURN;
    END IF;
    IF ask.upload_token_id IS NOT NULL THEN
      UPDATE upload_tokens t SET used_uploads = t.used_uploads + 1
        WHERE t.dealership_id = dealership AND t.id = ask.upload_token_id
          AND t.revoked_at IS NULL AND t.expires_at > now() AND t.used_uploads < t.max_uploads;
      IF NOT FOUND THEN
        RETURN;
      END IF;
    END IF;

    -- From the end of the index, which has them in this order.
    SELECT coalesce((SELECT m.position FROM media m
        WHERE m.dealership_id = dealership AND m.vehicle_id = ask.vehicle_id AND m.deleted_at IS NULL
        ORDER BY m.position DESC LIMIT 1), -1)
      INTO last_position;
    INSERT INTO media (id, dealership_id, vehicle_id, kind, position, alt, group_key,
        original_file_name, original_content_type, original_byte_size, reserved_bytes)
      VALUES (ask.media_id, dealership, ask.vehicle_id, ask.kind, last_position + 1, ask.alt, ask.group_key,
        ask.file_name, ask.content_type, ask.byte_size, ask.byte_size)
      RETURNING * INTO new_media;
    ticket := ask.upload_id;
    INSERT INTO uploads (id, dealership_id, vehicle_id, media_id, created_by_id, api_key_id, upload_token_id, client_ref,
        file_name, content_type, byte_size, md5, sha256, position, storage_key, expires_at)
      VALUES (ticket, dealership, ask.vehicle_id, ask.media_id, ask.created_by_id, ask.api_key_id, ask.upload_token_id, ask.client_ref,
        ask.file_name, ask.content_type, ask.byte_size, ask.md5, ask.sha256, ask.position,
        format('incoming/%s/%s', dealership, ticket), now() + make_interval(secs => ask.ttl_seconds))
      RETURNING * INTO new_upload;
    IF ask.key IS NOT NULL THEN
      INSERT INTO idempotency_keys AS k (dealership_id, actor_id, key, mutation, input_hash, results)
        VALUES (dealership, ask.actor_id, ask.key, ask.mutation, ask.input_hash, jsonb_build_object(ask.part, ticket))
        ON CONFLICT ON CONSTRAINT "idempotency_keys_pkey" DO UPDATE SET results = k.results || excluded.results;
    END IF;
    RETURN QUERY SELECT row_to_json(new_upload), row_to_json(new_media), false;
    RETURN;
  END IF;

  RETURN QUERY
    SELECT row_to_json(u), CASE WHEN m.status = 'PENDING_UPLOAD' THEN row_to_json(m) END, u.expires_at <= now()
      FROM uploads u JOIN media m ON m.dealership_id = u.dealership_id AND m.id = u.media_id
      WHERE u.dealership_id = dealership AND u.id = ticket;
END
$$;
