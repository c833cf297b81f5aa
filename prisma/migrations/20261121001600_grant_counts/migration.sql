-- A ticket counts its media where it looks whether there is room: each row is written once, and what
-- counts rows of any statement, which takes as long as the rest, need not run.

-- Conditions of triggers and checks are read anew for each statement: a trigger that names its columns
-- is not even looked at for others, such as the counts.
DROP TRIGGER "vehicle_changed" ON "vehicles";
CREATE TRIGGER "vehicle_changed" AFTER UPDATE OF vin, stock_number, year, make, model, trim, body_style, condition, status, price_amount, price_currency, mileage,
    exterior_color, interior_color, description, media_version, published_at, created_at, updated_at
  ON "vehicles" FOR EACH ROW
  WHEN ((OLD.vin, OLD.stock_number, OLD.year, OLD.make, OLD.model, OLD.trim, OLD.body_style, OLD.condition, OLD.status, OLD.price_amount, OLD.price_currency, OLD.mileage, OLD.exterior_color, OLD.interior_color, OLD.description, OLD.media_version, OLD.published_at, OLD.created_at, OLD.updated_at)
    IS DISTINCT FROM (NEW.vin, NEW.stock_number, NEW.year, NEW.make, NEW.model, NEW.trim, NEW.body_style, NEW.condition, NEW.status, NEW.price_amount, NEW.price_currency, NEW.mileage, NEW.exterior_color, NEW.interior_color, NEW.description, NEW.media_version, NEW.published_at, NEW.created_at, NEW.updated_at))
  EXECUTE FUNCTION "tell_vehicle_changed"();
DROP TRIGGER "dealership_changed" ON "dealerships";
CREATE TRIGGER "dealership_changed" AFTER UPDATE OF name, slug, updated_at ON "dealerships" FOR EACH ROW
  WHEN ((OLD.name, OLD.slug, OLD.updated_at) IS DISTINCT FROM (NEW.name, NEW.slug, NEW.updated_at))
  EXECUTE FUNCTION "tell_dealership_changed"();

CREATE OR REPLACE FUNCTION "media_count_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
  -- Whoever inserts it has counted it.
  IF current_setting('forecourt.counted', true) = 'yes' THEN
    RETURN NULL;
  END IF;
  UPDATE vehicles v SET
      image_count = v.image_count + taken.image_count,
      image_bytes = v.image_bytes + taken.image_bytes,
      reserved_image_count = v.reserved_image_count + taken.reserved_image_count,
      reserved_image_bytes = v.reserved_image_bytes + taken.reserved_image_bytes,
      video_count = v.video_count + taken.video_count,
      video_bytes = v.video_bytes + taken.video_bytes,
      reserved_video_count = v.reserved_video_count + taken.reserved_video_count,
      reserved_video_bytes = v.reserved_video_bytes + taken.reserved_video_bytes
    FROM (
      SELECT vehicle_id,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes > 0) image_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'IMAGE'), 0) image_bytes,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes = 0) reserved_image_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'IMAGE'), 0) reserved_image_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes > 0) video_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'VIDEO'), 0) video_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes = 0) reserved_video_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'VIDEO'), 0) reserved_video_bytes
      FROM moved WHERE used_bytes > 0 OR reserved_bytes > 0 GROUP BY vehicle_id
    ) taken
    WHERE v.id = taken.vehicle_id;

  UPDATE dealerships d SET
      image_count = d.image_count + taken.image_count,
      image_bytes = d.image_bytes + taken.image_bytes,
      reserved_image_count = d.reserved_image_count + taken.reserved_image_count,
      reserved_image_bytes = d.reserved_image_bytes + taken.reserved_image_bytes,
      video_count = d.video_count + taken.video_count,
      video_bytes = d.video_bytes + taken.video_bytes,
      reserved_video_count = d.reserved_video_count + taken.reserved_video_count,
      reserved_video_bytes = d.reserved_video_bytes + taken.reserved_video_bytes
    FROM (
      SELECT dealership_id,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes > 0) image_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'IMAGE'), 0) image_bytes,
        sign * count(*) FILTER (WHERE kind = 'IMAGE' AND used_bytes = 0) reserved_image_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'IMAGE'), 0) reserved_image_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes > 0) video_count,
        sign * coalesce(sum(used_bytes) FILTER (WHERE kind = 'VIDEO'), 0) video_bytes,
        sign * count(*) FILTER (WHERE kind = 'VIDEO' AND used_bytes = 0) reserved_video_count,
        sign * coalesce(sum(reserved_bytes) FILTER (WHERE kind = 'VIDEO'), 0) reserved_video_bytes
      FROM moved WHERE used_bytes > 0 OR reserved_bytes > 0 GROUP BY dealership_id
    ) taken
    WHERE d.id = taken.dealership_id;

  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION "media_touch_usage_of_upload"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever inserts it has counted it.
  IF current_setting('forecourt.counted', true) = 'yes' THEN
    RETURN NULL;
  END IF;
  UPDATE media SET used_bytes = used_bytes WHERE dealership_id = NEW.dealership_id AND id = NEW.media_id;
  RETURN NULL;
END
$$;

-- A ticket takes four statements instead of nine. Each begins an executor of its own, which takes longer
-- than to look at one row more; what is assigned needs none.
CREATE TYPE "asked_upload" AS (
  upload_id uuid, media_id uuid, vehicle_id uuid, created_by_id uuid, api_key_id uuid, upload_token_id uuid,
  client_ref text, file_name text, kind "MediaKind", content_type text, byte_size bigint, md5 text, sha256 text,
  "position" integer, alt text, group_key text, ttl_seconds double precision,
  max_media integer, max_bytes bigint, max_dealership_bytes bigint,
  key text, key_lock bigint, actor_id uuid, mutation text, input_hash text, part text);

CREATE OR REPLACE FUNCTION "grant_upload"(asked json) RETURNS TABLE (upload json, media json, past boolean)
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
  counted text;
  ticket uuid;
  new_media media;
  new_upload uploads;
BEGIN
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

  IF ticket IS NOT NULL THEN
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
    -- A new media takes its size and no more: there is room afterwards when there is before. Where there
    -- is no limit it is null.
    UPDATE vehicles v SET
        reserved_image_count = v.reserved_image_count + images, reserved_image_bytes = v.reserved_image_bytes + image_size,
        reserved_video_count = v.reserved_video_count + videos, reserved_video_bytes = v.reserved_video_bytes + video_size
      WHERE v.dealership_id = dealership AND v.id = ask.vehicle_id
        AND (v.image_count + v.video_count + v.reserved_image_count + v.reserved_video_count + 1 > ask.max_media
          OR v.image_bytes + v.video_bytes + v.reserved_image_bytes + v.reserved_video_bytes + ask.byte_size
            > ask.max_bytes) IS NOT TRUE
        -- Late tickets end first, and step by step; so does what is stored already. What comes to be
        -- stored while this waits for the vehicle is sent once more.
        AND NOT EXISTS (
          SELECT FROM uploads u WHERE u.dealership_id = dealership AND u.vehicle_id = ask.vehicle_id
            AND u.status = 'AWAITING_BYTES' AND u.expires_at <= now()
        )
        AND (ask.sha256 IS NULL OR NOT EXISTS (
          SELECT FROM media m WHERE m.dealership_id = dealership AND m.original_sha256 = ask.sha256
            AND m.original_byte_size = ask.byte_size AND m.original_content_type = ask.content_type
            AND m.status IN ('READY', 'PROCESSING', 'UPLOADED') AND m.deleted_at IS NULL
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

    counted := set_config('forecourt.counted', 'yes', true);
    INSERT INTO media (id, dealership_id, vehicle_id, kind, position, alt, group_key,
        original_file_name, original_content_type, original_byte_size, reserved_bytes)
      VALUES (ask.media_id, dealership, ask.vehicle_id, ask.kind,
        -- From the end of the index, which has them in this order.
        coalesce((SELECT m.position FROM media m
          WHERE m.dealership_id = dealership AND m.vehicle_id = ask.vehicle_id AND m.deleted_at IS NULL
          ORDER BY m.position DESC LIMIT 1), -1) + 1,
        ask.alt, ask.group_key, ask.file_name, ask.content_type, ask.byte_size, ask.byte_size)
      RETURNING * INTO new_media;
    ticket := ask.upload_id;
    INSERT INTO uploads (id, dealership_id, vehicle_id, media_id, created_by_id, api_key_id, upload_token_id, client_ref,
        file_name, content_type, byte_size, md5, sha256, position, storage_key, expires_at)
      VALUES (ticket, dealership, ask.vehicle_id, ask.media_id, ask.created_by_id, ask.api_key_id, ask.upload_token_id, ask.client_ref,
        ask.file_name, ask.content_type, ask.byte_size, ask.md5, ask.sha256, ask.position,
        format('incoming/%s/%s', dealership, ticket), now() + make_interval(secs => ask.ttl_seconds))
      RETURNING * INTO new_upload;
    counted := set_config('forecourt.counted', 'no', true);
    IF ask.key IS NOT NULL THEN
      INSERT INTO idempotency_keys AS k (dealership_id, actor_id, key, mutation, input_hash, results)
        VALUES (dealership, ask.actor_id, ask.key, ask.mutation, ask.input_hash, jsonb_build_object(ask.part, ticket))
        ON CONFLICT ON CONSTRAINT "idempotency_keys_pkey" DO UPDATE SET results = k.results || excluded.results;
    END IF;
    upload := row_to_json(new_upload);
    media := row_to_json(new_media);
    past := false;
    RETURN NEXT;
    RETURN;
  END IF;

  RETURN QUERY
    SELECT row_to_json(u), CASE WHEN m.status = 'PENDING_UPLOAD' THEN row_to_json(m) END, u.expires_at <= now()
      FROM uploads u JOIN media m ON m.dealership_id = u.dealership_id AND m.id = u.media_id
      WHERE u.dealership_id = dealership AND u.id = ticket;
END
$$;

-- A connection plans the statements of a function once, and the checks behind them: on tables that are
-- still empty it would go through all of their rows from then on, however many there come to be.
ALTER FUNCTION "grant_upload"(json) SET enable_seqscan = off;
