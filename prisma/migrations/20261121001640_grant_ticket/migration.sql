-- Who asks knows what a new ticket says but when it was granted, when it ends and where its media comes:
-- the rows are written out for those that are found again alone. And whether an API key is in force is
-- seen where it counts: whoever asks with one that is known need not be looked up before. `grant_upload` and `grant_uploads` are
-- for servers of before.
CREATE FUNCTION "grant_ticket"(asked json) RETURNS TABLE (
  "position" integer, granted_ms double precision, expires_ms double precision, upload json, media json, past boolean)
LANGUAGE plpgsql AS $$
DECLARE
  dealership constant uuid := current_dealership();
  ask asked_upload := json_populate_record(NULL::asked_upload, asked);
  kept record;
  images integer := 0;
  image_size bigint := 0;
  videos integer := 0;
  video_size bigint := 0;
  dealership_has_room boolean;
  granted boolean;
  done text;
  ticket uuid;
  granted_at timestamptz;
  expires_at timestamptz;
BEGIN
  IF ask.key IS NOT NULL THEN
    done := pg_advisory_xact_lock(ask.key_lock);
    SELECT k.mutation, k.input_hash, k.results ->> ask.part AS result INTO kept FROM idempotency_keys k
      WHERE k.dealership_id = dealership AND k.actor_id = ask.actor_id AND k.key = ask.key;
    IF FOUND THEN
      IF kept.mutation <> ask.mutation OR kept.input_hash <> ask.input_hash THEN
        RETURN;
      END IF;
      ticket := kept.result;
    END IF;
  END IF;

  IF ticket IS NOT NULL THEN
    IF ask.api_key_id IS NOT NULL THEN
      PERFORM FROM api_keys k WHERE k.dealership_id = dealership AND k.id = ask.api_key_id
        AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
      IF NOT FOUND THEN
        RETURN;
      END IF;
    END IF;
    PERFORM FROM vehicles v WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id FOR UPDATE;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    PERFORM FROM dealerships d WHERE d.id = dealership FOR NO KEY UPDATE;
    UPDATE uploads u SET status = 'EXPIRED', updated_at = now()
      WHERE u.dealership_id = dealership AND u.vehicle_id = ask.vehicle_id
        AND u.status = 'AWAITING_BYTES' AND u.expires_at <= now();
  ELSE
    IF ask.kind = 'IMAGE' THEN
      images := 1;
      image_size := ask.byte_size;
    ELSE
      videos := 1;
      video_size := ask.byte_size;
    END IF;
    -- What is stored already goes step by step, too. What comes to be while this waits for the vehicle is
    -- sent once more.
    IF ask.sha256 IS NOT NULL THEN
      PERFORM FROM media m WHERE m.dealership_id = dealership AND m.original_sha256 = ask.sha256
        AND m.original_byte_size = ask.byte_size AND m.original_content_type = ask.content_type
        AND m.status IN ('READY', 'PROCESSING', 'UPLOADED') AND m.deleted_at IS NULL;
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
    -- A new media takes its size and no more: there is room afterwards when there is before. Where there
    -- is no limit it is null.
    UPDATE vehicles v SET
        reserved_image_count = v.reserved_image_count + images, reserved_image_bytes = v.reserved_image_bytes + image_size,
        reserved_video_count = v.reserved_video_count + videos, reserved_video_bytes = v.reserved_video_bytes + video_size
      WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id
        AND (v.image_count + v.video_count + v.reserved_image_count + v.reserved_video_count + 1 > ask.max_media
          OR v.image_bytes + v.video_bytes + v.reserved_image_bytes + v.reserved_video_bytes + ask.byte_size
            > ask.max_bytes) IS NOT TRUE
        -- Late tickets end first, and step by step.
        AND NOT EXISTS (
          SELECT FROM uploads u WHERE u.dealership_id = dealership AND u.vehicle_id = ask.vehicle_id
            AND u.status = 'AWAITING_BYTES' AND u.expires_at <= now()
        )
        AND (ask.api_key_id IS NULL OR EXISTS (
          SELECT FROM api_keys k WHERE k.dealership_id = dealership AND k.id = ask.api_key_id
            AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        ));
    IF NOT FOUND THEN
      RETURN;
    END IF;
    UPDATE dealerships d SET
        reserved_image_count = d.reserved_image_count + images, reserved_image_bytes = d.reserved_image_bytes + image_size,
        reserved_video_count = d.reserved_video_count + videos, reserved_video_bytes = d.reserved_video_bytes + video_size
      WHERE d.id = dealership
        AND (d.image_bytes + d.video_bytes + d.reserved_image_bytes + d.reserved_video_bytes + ask.byte_size
          > ask.max_dealership_bytes) IS NOT TRUE;
    dealership_has_room := FOUND;
    granted := dealership_has_room;
    IF granted AND ask.upload_token_id IS NOT NULL THEN
      UPDATE upload_tokens t SET used_uploads = t.used_uploads + 1
        WHERE t.dealership_id = dealership AND t.id = ask.upload_token_id
          AND t.revoked_at IS NULL AND t.expires_at > now() AND t.used_uploads < t.max_uploads;
      granted := FOUND;
    END IF;
    IF NOT granted THEN
      UPDATE vehicles v SET
          reserved_image_count = v.reserved_image_count - images, reserved_image_bytes = v.reserved_image_bytes - image_size,
          reserved_video_count = v.reserved_video_count - videos, reserved_video_bytes = v.reserved_video_bytes - video_size
        WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id;
      IF dealership_has_room THEN
        UPDATE dealerships d SET
            reserved_image_count = d.reserved_image_count - images, reserved_image_bytes = d.reserved_image_bytes - image_size,
            reserved_video_count = d.reserved_video_count - videos, reserved_video_bytes = d.reserved_video_bytes - video_size
          WHERE d.id = dealership;
      END IF;
      RETURN;
    END IF;

    done := set_config('forecourt.counted', 'yes', true);
    INSERT INTO media (id, dealership_id, vehicle_id, kind, position, alt, group_key,
        original_file_name, original_content_type, original_byte_size, reserved_bytes)
      VALUES (ask.media_id, dealership, ask.vehicle_id, ask.kind,
        -- From the end of the index, which has them in this order.
        coalesce((SELECT m.position FROM media m
          WHERE m.dealership_id = dealership AND m.vehicle_id = ask.vehicle_id AND m.deleted_at IS NULL
          ORDER BY m.position DESC LIMIT 1), -1) + 1,
        ask.alt, ask.group_key, ask.file_name, ask.content_type, ask.byte_size, ask.byte_size)
      RETURNING media.position INTO "position";
    ticket := ask.upload_id;
    INSERT INTO uploads (id, dealership_id, vehicle_id, media_id, created_by_id, api_key_id, upload_token_id, client_ref,
        file_name, content_type, byte_size, md5, sha256, position, storage_key, expires_at)
      VALUES (ticket, dealership, ask.vehicle_id, ask.media_id, ask.created_by_id, ask.api_key_id, ask.upload_token_id, ask.client_ref,
        ask.file_name, ask.content_type, ask.byte_size, ask.md5, ask.sha256, ask.position,
        format('incoming/%s/%s', dealership, ticket), now() + make_interval(secs => ask.ttl_seconds))
      RETURNING uploads.created_at, uploads.expires_at INTO granted_at, expires_at;
    done := set_config('forecourt.counted', 'no', true);
    IF ask.key IS NOT NULL THEN
      INSERT INTO idempotency_keys AS k (dealership_id, actor_id, key, mutation, input_hash, results)
        VALUES (dealership, ask.actor_id, ask.key, ask.mutation, ask.input_hash, jsonb_build_object(ask.part, ticket))
        ON CONFLICT ON CONSTRAINT "idempotency_keys_pkey" DO UPDATE SET results = k.results || excluded.results;
    END IF;
    granted_ms := round(date_part('epoch', granted_at) * 1000);
    expires_ms := round(date_part('epoch', expires_at) * 1000);
    past := false;
    RETURN NEXT;
    RETURN;
  END IF;

  RETURN QUERY
    SELECT NULL::integer, NULL::double precision, NULL::double precision, row_to_json(u), CASE WHEN m.status = 'PENDING_UPLOAD' THEN row_to_json(m) END, u.expires_at <= now()
      FROM uploads u JOIN media m ON m.dealership_id = u.dealership_id AND m.id = u.media_id
      WHERE u.dealership_id = dealership AND u.id = ticket;
END
$$;

-- A connection plans the statements of a function once, and the checks behind them: on tables that are
-- still empty it would go through all of their rows from then on, however many there come to be.
ALTER FUNCTION "grant_ticket"(json) SET enable_seqscan = off;

-- Tickets of one vehicle in one statement, in their order. It ends at the first that is declined: those
-- after it are granted behind whatever becomes of that one.
CREATE FUNCTION "grant_tickets"(asked json) RETURNS TABLE (
  "position" integer, granted_ms double precision, expires_ms double precision, upload json, media json, past boolean)
LANGUAGE plpgsql AS $$
DECLARE
  ask json;
BEGIN
  -- All before the vehicle: somebody may have one of them, and wait for that.
  PERFORM pg_advisory_xact_lock(key_lock) FROM (
    SELECT DISTINCT (each_ask ->> 'key_lock')::bigint AS key_lock FROM json_array_elements(asked) each_ask
      WHERE each_ask ->> 'key_lock' IS NOT NULL ORDER BY 1
  ) keys;
  FOR ask IN SELECT json_array_elements(asked) LOOP
    RETURN QUERY SELECT * FROM grant_ticket(ask);
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END LOOP;
END
$$;
