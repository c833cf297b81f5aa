-- Grants the ticket of one new media in one statement, which is a transaction by itself: the ordinary
-- case of what server/uploads/request-uploads.ts does, with its locks in their order. Gives back the
-- upload, its media while it awaits its bytes, and whether the ticket is past its time. No row: declined.
-- Then nothing has changed but that late tickets of the vehicle ended, and it is for the program to say why.
CREATE FUNCTION "grant_upload"(asked json) RETURNS TABLE (upload json, media json, past boolean)
LANGUAGE plpgsql AS $$
DECLARE
  dealership constant uuid := current_dealership();
  ask record;
  kept record;
  vehicle_media record;
  dealership_media record;
  ticket uuid;
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

    INSERT INTO media (id, dealership_id, vehicle_id, kind, position, alt, group_key,
        original_file_name, original_content_type, original_byte_size)
      SELECT ask.media_id, dealership, ask.vehicle_id, ask.kind, coalesce(max(m.position), -1) + 1, ask.alt, ask.group_key,
          ask.file_name, ask.content_type, ask.byte_size
        FROM media m WHERE m.dealership_id = dealership AND m.vehicle_id = ask.vehicle_id AND m.deleted_at IS NULL;
    ticket := ask.upload_id;
    INSERT INTO uploads (id, dealership_id, vehicle_id, media_id, created_by_id, api_key_id, upload_token_id, client_ref,
        file_name, content_type, byte_size, md5, sha256, position, storage_key, expires_at)
      VALUES (ticket, dealership, ask.vehicle_id, ask.media_id, ask.created_by_id, ask.api_key_id, ask.upload_token_id, ask.client_ref,
        ask.file_name, ask.content_type, ask.byte_size, ask.md5, ask.sha256, ask.position,
        format('incoming/%s/%s', dealership, ticket), now() + make_interval(secs => ask.ttl_seconds));
    IF ask.key IS NOT NULL THEN
      INSERT INTO idempotency_keys AS k (dealership_id, actor_id, key, mutation, input_hash, results)
        VALUES (dealership, ask.actor_id, ask.key, ask.mutation, ask.input_hash, jsonb_build_object(ask.part, ticket))
        ON CONFLICT ON CONSTRAINT "idempotency_keys_pkey" DO UPDATE SET results = k.results || excluded.results;
    END IF;
  END IF;

  RETURN QUERY
    SELECT row_to_json(u), CASE WHEN m.status = 'PENDING_UPLOAD' THEN row_to_json(m) END, u.expires_at <= now()
      FROM uploads u JOIN media m ON m.dealership_id = u.dealership_id AND m.id = u.media_id
      WHERE u.dealership_id = dealership AND u.id = ticket;
END
$$;
